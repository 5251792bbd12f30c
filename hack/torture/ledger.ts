/** What a writer reports. The value `null` stands for a deletion. */
export type WriteReport =
  | { readonly type: 'begun'; readonly key: string; readonly value: string | null }
  | { readonly type: 'acknowledged'; readonly key: string; readonly value: string | null; readonly revision: number }
  | { readonly type: 'failed'; readonly key: string; readonly value: string | null; readonly error: string }
  | { readonly type: 'counted'; readonly count: number; readonly revision: number };

/** What is stored at a key. */
export interface StoredState {
  readonly value: string;
  readonly revision: number;
}

interface Expectation {
  /** The state that was acknowledged last. */
  readonly acknowledged: StoredState | undefined;
  /** A write that was under way when the writer died: it may have happened or not. */
  readonly underWay?: string | null;
}

/** What the writers were promised, to be compared with what is stored. */
export class Ledger {
  readonly #expectations = new Map<string, Expectation>();
  #acknowledged = 0;
  #highest = 0;
  #count = 0;

  /** How many writes were acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** The highest revision that was acknowledged. */
  get highest(): number {
    return this.#highest;
  }

  /** What the shared counter has reached at least. */
  get count(): number {
    return this.#count;
  }

  /** Notes a report. Answers with a sentence when it is a violation by itself. */
  note(report: WriteReport): string | undefined {
    if (report.type === 'failed') return `the write of ${report.key} failed: ${report.error}`;
    if (report.type === 'begun') {
      const acknowledged = this.#expectations.get(report.key)?.acknowledged;
      this.#expectations.set(report.key, { acknowledged, underWay: report.value });
      return undefined;
    }
    this.#acknowledged++;
    this.#highest = Math.max(this.#highest, report.revision);
    if (report.type === 'counted') {
      this.#count = Math.max(this.#count, report.count);
      return undefined;
    }
    const { key, value, revision } = report;
    this.#expectations.set(key, { acknowledged: value === null ? undefined : { value, revision } });
    return undefined;
  }

  /** Compares the promises with what is stored, then goes on from there. Answers with a sentence for each broken promise. */
  compare(stored: ReadonlyMap<string, StoredState>): string[] {
    const violations: string[] = [];
    for (const key of new Set([...this.#expectations.keys(), ...stored.keys()])) {
      const found = stored.get(key);
      const expected = this.#expectations.get(key) ?? { acknowledged: undefined };
      if (!isKept(expected, found)) {
        violations.push(`${key} is ${JSON.stringify(found)}, but was promised as ${JSON.stringify(expected)}`);
      }
      this.#expectations.set(key, { acknowledged: found });
    }
    return violations;
  }
}

function isKept({ acknowledged, underWay }: Expectation, found: StoredState | undefined): boolean {
  if (found?.value === acknowledged?.value && found?.revision === acknowledged?.revision) return true;
  return underWay !== undefined && (found?.value ?? null) === underWay;
}
