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
  /** What is written along with it, and is no reason to write: times, durations. */
  readonly detail: string;
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
  readonly logger: Logger;
}

type Findings = Map<DocumentConditionType, DocumentFinding>;

/** What comes together is written together: discovery and OpenAPI of a new service, or a flapping one. */
const settleMs = 250;
const concurrency = 4;

/** A reporter with nothing to say. Nothing is written while nothing changes, however often documents are read. */
export function newDocumentReporter(options: DocumentReporterOptions): DocumentReporter {
  const { updateStatus, recordEvent, clock, logger } = options;
  const queue = newWorkqueue({ name: 'document-conditions', clock });
  options.onQueue?.(queue);
  const findings = new Map<string, Findings>();
  const sync = async (name: string): Promise<void> => {
    const known = findings.get(name);
    if (known === undefined) return;
    const now = toRFC3339(clock.now());
    try {
      await updateStatus(name, (draft) => setConditions(draft, known, now));
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error;
    }
  };
  return {
    report(name, type, finding) {
      const known = findings.get(name) ?? new Map();
      const before = known.get(type);
      findings.set(name, known.set(type, finding));
      if (before !== undefined && isSame(before, finding)) return;
      queue.addAfter(name, settleMs);
      const { reason, message } = finding;
      if (reason === 'Quarantined') recordEvent?.({ apiService: name, type: 'Warning', reason, message });
    },
    forget: (name) => void findings.delete(name),
    run: (signal) => runWorkers(queue, sync, { concurrency, signal, logger }),
  };
}

function isSame(a: DocumentFinding, b: DocumentFinding): boolean {
  return a.status === b.status && a.reason === b.reason && a.message === b.message;
}

function setConditions(draft: APIService, findings: Findings, now: string): void {
  for (const [type, { status, reason, message, detail }] of findings) {
    const stored = findAPIServiceCondition(draft, type);
    const said = stored?.message === message || stored?.message?.startsWith(`${message}; `) === true;
    if (said && stored?.status === status && stored.reason === reason) continue;
    const full = detail === '' ? message : `${message}; ${detail}`;
    setAPIServiceCondition(draft, { type, status, reason, message: full }, now);
  }
}
