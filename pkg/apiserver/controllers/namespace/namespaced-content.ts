/** What lives in namespaces: objects of this server's own kinds, or those of other servers. */
export interface NamespacedContent {
  /** Whose content this is, for log lines: `local`. */
  readonly name: string;
  /** How many namespaces it is asked about at a time. Default: any number. */
  readonly concurrency?: number;
  /** Does what has to be done before other content goes: what is deleted by way of it, for example. Never rejects. */
  prepare?(namespace: string, signal: AbortSignal): Promise<void>;
  /**
   * Deletes everything in a namespace, and answers with what is still there. Failures that leave other content alone are reported, not
   * thrown.
   */
  deleteAll(namespace: string, signal: AbortSignal): Promise<ContentReport>;
  /**
   * Tells of namespaces in which something has gone, until the signal is aborted; never rejects. Without it the controller asks again
   * from time to time.
   */
  follow?(onRemoved: (namespace: string) => void, signal: AbortSignal): Promise<void>;
}

/** What is in a namespace after everything in it was deleted. */
export interface ContentReport {
  /** Objects that are on their way out. */
  readonly remaining: readonly RemainingContent[];
  /** Why content could not be deleted. */
  readonly failures: readonly string[];
  /** Why it is not known what there is: `<group>/<version>: <why>`. */
  readonly undiscovered: readonly string[];
  /** Time, in milliseconds, after which the answer may be another one although nothing has happened. */
  readonly recheckAfterMs?: number;
}

/** Objects of one resource that are still there. */
export interface RemainingContent {
  readonly group: string;
  readonly resource: string;
  readonly count: number;
  /** Finalizer → how many objects have it. */
  readonly finalizers: ReadonlyMap<string, number>;
}

/** The reports of several contents as one. */
export function joinReports(reports: readonly ContentReport[]): ContentReport {
  const recheckAfterMs = Math.min(...reports.map((report) => report.recheckAfterMs ?? Infinity));
  return {
    remaining: reports.flatMap(({ remaining }) => remaining),
    failures: reports.flatMap(({ failures }) => failures),
    undiscovered: reports.flatMap(({ undiscovered }) => undiscovered),
    ...(Number.isFinite(recheckAfterMs) ? { recheckAfterMs } : {}),
  };
}

/** Nothing is left, and nothing is in doubt. */
export function isEmpty({ remaining, failures, undiscovered }: ContentReport): boolean {
  return remaining.length === 0 && failures.length === 0 && undiscovered.length === 0;
}
