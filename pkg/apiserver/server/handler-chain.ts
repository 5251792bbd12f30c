import type { Logger } from '../../component/logs/logger.ts';
import type { Authenticator } from '../authentication/authenticator.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import { withAuthentication } from '../filters/with-authentication.ts';
import { withAuthorization } from '../filters/with-authorization.ts';
import { withDeadline } from '../filters/with-deadline.ts';
import { withErrorBoundary } from '../filters/with-error-boundary.ts';
import { withImpersonation } from '../filters/with-impersonation.ts';
import { withMetrics } from '../filters/with-metrics.ts';
import { withRequestInfo } from '../filters/with-request-info.ts';
import { withWatchTermination } from '../filters/with-watch-termination.ts';
import type { Clock } from '../../component/id/clock.ts';
import type { RequestMetrics } from '../../component/metrics/interface.ts';
import type { Filter } from './filter.ts';

/** What the filters need. */
export interface HandlerChainOptions {
  readonly logger: Logger;
  readonly metrics: RequestMetrics;
  readonly authenticators: readonly Authenticator[];
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  /** How long an ordinary request may take; default a minute. */
  readonly requestTimeoutMs?: number | undefined;
  /** Aborted when the server stops. */
  readonly shutdown: AbortSignal;
}

/**
 * The filters that every request passes, in running order (Go: `DefaultBuildHandlerChain`). Authorization is the last, so that
 * nothing behind it has to ask who may do what.
 */
export function newHandlerChain(options: HandlerChainOptions): readonly Filter[] {
  const { logger, metrics, authenticators, authorizer, clock, requestTimeoutMs, shutdown } = options;
  return [
    withErrorBoundary(logger),
    withRequestInfo(),
    withMetrics(metrics, logger),
    withDeadline({ clock, metrics, ...(requestTimeoutMs !== undefined && { maxMs: requestTimeoutMs }) }),
    withWatchTermination(shutdown),
    withAuthentication(authenticators, logger),
    withImpersonation(authorizer, logger),
    withAuthorization(authorizer),
  ];
}
