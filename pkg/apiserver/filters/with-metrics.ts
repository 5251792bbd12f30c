import type { Logger } from '../../component/logs/logger.ts';
import type { RequestLabels, RequestMetrics } from '../../component/metrics/interface.ts';
import { toRequestLabels } from '../../component/metrics/request-labels.ts';
import { isLongRunning } from '../endpoints/long-running.ts';
import type { RequestContext } from '../request-context.ts';
import type { Filter } from '../server/filter.ts';

/** Verbosity from which every request is logged. */
const accessLogLevel = 3;

/** Counts requests and how long they take; with `--v=3` writes a line for each. */
export function withMetrics(metrics: RequestMetrics, logger: Logger): Filter {
  const inflight = { readOnly: 0, mutating: 0 };
  return {
    name: 'metrics',
    async run(context, next) {
      const labels = labelsOf(context);
      // A connection that has ended does not tell any more where it came from.
      const source = logger.enabled(accessLogLevel) ? context.request.socket.remoteAddress : undefined;
      const started = performance.now();
      const longRunning = isLongRunning(context);
      const kind = context.method === 'GET' || context.method === 'HEAD' ? 'readOnly' : 'mutating';
      if (!longRunning) metrics.inflight(kind, ++inflight[kind]);
      const endLongRunning = longRunning ? metrics.longRunning(labels) : undefined;
      context.response.once('close', () => {
        endLongRunning?.();
        if (!longRunning) metrics.inflight(kind, --inflight[kind]);
        const seconds = (performance.now() - started) / 1000;
        const code = context.response.statusCode;
        const { responseBytes } = context;
        metrics.finished(labels, { code, seconds, ...(responseBytes === undefined ? {} : { responseBytes }) });
        // A connection that was taken over ends as its protocol has it.
        if (!context.response.writableEnded && code !== 101) metrics.aborted(labels);
        // A little later: who carries the request elsewhere learns at the same moment that it is over.
        if (logger.enabled(accessLogLevel)) setImmediate(() => logAccess(context, { code, seconds, source, logger }));
      });
      await next();
    },
  };
}

/** Labels of a request in the request metrics. */
export function labelsOf({ method, query, info, request }: RequestContext): RequestLabels {
  const contentType = request.headers['content-type'];
  return toRequestLabels({ method, query, info, ...(contentType === undefined ? {} : { contentType }) });
}

function logAccess(
  context: RequestContext,
  { code, seconds, source, logger }: { code: number; seconds: number; source: string | undefined; logger: Logger },
): void {
  const { auditID, method, target, user, request, impersonation, info, responseBytes } = context;
  logger.debug(accessLogLevel, 'request', {
    auditID,
    verb: info.verb,
    method,
    target,
    protocol: `HTTP/${request.httpVersion}`,
    ...(source === undefined ? {} : { source }),
    user: user.name,
    ...(impersonation === undefined ? {} : { impersonator: impersonation.requestor.name }),
    userAgent: request.headers['user-agent'] ?? '',
    code,
    seconds: Number(seconds.toFixed(6)),
    ...(responseBytes === undefined ? {} : { responseBytes }),
    ...context.accessFields?.(),
  });
}
