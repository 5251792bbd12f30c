import {
  findAPIServiceCondition,
  setAPIServiceCondition,
} from '../../../apis/apiregistration/v1/api-service-conditions.ts';
import type { APIService } from '../../../apis/apiregistration/v1/api-service-schema.ts';
import { hasReason } from '../../apimachinery/errors/status-error.ts';
import { toRFC3339 } from '../../apimachinery/time/rfc3339.ts';
import { runWorkers } from '../../client/workqueue/run-workers.ts';
import { newWorkqueue } from '../../client/workqueue/workqueue.ts';
import type { Clock } from '../../component/id/clock.ts';
import type { Logger } from '../../component/logs/logger.ts';
import type { AggregatorOptions } from '../interface.ts';
import type { DocumentLoopOptions } from './document-loop.ts';

/** Conditions of ours on an APIService: whether what is published of it is what its service says now. */
export type DocumentConditionType = 'tributary.DiscoveryCurrent' | 'tributary.OpenAPICurrent';

/** What a condition says. */
export interface DocumentFinding {
  readonly status: 'True' | 'False';
  readonly reason: string;
  /** What is written when it changes. */
  readonly message: string;
  /** What is written along with it, and seldom a reason to write: times, durations. */
  readonly detail: string;
  /** How long the last read took. */
  readonly tookMs?: number | undefined;
}

/** Tells of documents on the APIServices that they belong to. */
export interface DocumentReporter {
  report(name: string, type: DocumentConditionType, finding: DocumentFinding): void;
  /** The APIService is gone. */
  forget(name: string): void;
  /** Writes until the signal is aborted; never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/** What the reporter needs. */
export interface DocumentReporterOptions
  extends Pick<AggregatorOptions, 'updateStatus' | 'recordEvent'>, Pick<DocumentLoopOptions, 'onQueue'> {
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

type Findings = Map<DocumentConditionType, DocumentFinding>;

/** What comes together is written together: discovery and OpenAPI of a new service, or a flapping one. */
const settleMs = 250;
const concurrency = 4;
/** Another reason is told at once; other words for the same one, such as a text that a broken service makes anew each time, not as often. */
const wordsMs = 10_000;
/**
 * Where nothing changes, times are written anew after this long, as a kubelet does it with its node: a thousand services are two
 * writes a second then. How old documents are at this moment is in the metrics and at `/debug/aggregator`.
 */
const refreshMs = 600_000;
/** The same when reads have become much slower or faster, and somebody notices. */
const tookRefreshMs = 120_000;
const noticedMs = 100;
const muchSlower = 4;
/** Share of these times that is left out at random at most, so that what came together is not written together for ever. */
const jitter = 0.5;

/** What there is of one APIService. */
interface Report {
  readonly findings: Findings;
  /** When its conditions were last written or found to say the same, and what was written then. */
  writtenAt: number;
  written: ReadonlyMap<DocumentConditionType, DocumentFinding>;
}

/** A reporter with nothing to say. Nothing is written while nothing changes, but for times, every ten minutes. */
export function newDocumentReporter(options: DocumentReporterOptions): DocumentReporter {
  const { updateStatus, recordEvent, clock, random, logger } = options;
  const queue = newWorkqueue({ name: 'document-conditions', clock });
  options.onQueue?.(queue);
  const reports = new Map<string, Report>();
  const open = (name: string): Report => {
    const known = reports.get(name) ?? { findings: new Map(), writtenAt: clock.monotonic(), written: new Map() };
    reports.set(name, known);
    return known;
  };
  const sync = async (name: string): Promise<void> => {
    const report = reports.get(name);
    if (report === undefined) return;
    const { findings } = report;
    const dueMs = clock.monotonic() - report.writtenAt;
    const refresh = [...findings].some(
      ([type, finding]) => dueMs >= toRefreshMs(report.written.get(type), finding) * (1 - jitter),
    );
    const now = toRFC3339(clock.now());
    const said = new Map(findings);
    try {
      await updateStatus(name, (draft) => setConditions(draft, said, { now, refresh }));
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error;
    }
    Object.assign(report, { written: said, writtenAt: clock.monotonic() });
  };
  return {
    report(name, type, finding) {
      const report = open(name);
      const before = report.findings.get(type);
      report.findings.set(type, finding);
      const { reason, message, detail } = finding;
      if (reason === 'Quarantined' && message !== before?.message)
        recordEvent?.({ apiService: name, type: 'Warning', reason, message });
      const written = report.written.get(type);
      let gapMs = 0;
      if (written?.status === finding.status && written.reason === reason) {
        if (message !== before?.message) gapMs = wordsMs;
        else if (detail === before.detail) return;
        else gapMs = toRefreshMs(written, finding) * (1 - jitter * random());
      } else if (before !== undefined && isSame(before, finding)) return;
      queue.addAfter(name, Math.max(settleMs, report.writtenAt + gapMs - clock.monotonic()));
    },
    forget: (name) => void reports.delete(name),
    run: (signal) => runWorkers(queue, sync, { concurrency, signal, logger }),
  };
}

function isSame(a: DocumentFinding, b: DocumentFinding): boolean {
  return a.status === b.status && a.reason === b.reason && a.message === b.message;
}

/** After how long what is written only for its details is written again. */
function toRefreshMs(written: DocumentFinding | undefined, { tookMs }: DocumentFinding): number {
  if (written?.tookMs === undefined || tookMs === undefined) return refreshMs;
  const [short = 0, long = 0] = [written.tookMs, tookMs].toSorted((a, b) => a - b);
  return long >= noticedMs && long >= short * muchSlower ? tookRefreshMs : refreshMs;
}

/** Writes all when anything is new; with `refresh` also when only times are other ones. */
function setConditions(draft: APIService, findings: Findings, options: { now: string; refresh: boolean }): void {
  if (!options.refresh && [...findings].every(([type, finding]) => says(draft, type, finding))) return;
  for (const [type, { status, reason, message, detail }] of findings) {
    const full = detail === '' ? message : `${message}; ${detail}`;
    // What a former process has said in more detail stays, while this one has nothing to add.
    if (detail === '' && says(draft, type, { status, reason, message })) continue;
    setAPIServiceCondition(draft, { type, status, reason, message: full }, options.now);
  }
}

/** Whether a stored condition says it already, whatever its details. */
function says(
  object: APIService,
  type: DocumentConditionType,
  { status, reason, message }: Pick<DocumentFinding, 'status' | 'reason' | 'message'>,
): boolean {
  const stored = findAPIServiceCondition(object, type);
  const said = stored?.message === message || stored?.message?.startsWith(`${message}; `) === true;
  return said && stored?.status === status && stored.reason === reason;
}
