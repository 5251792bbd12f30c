import type { Logger } from '../../component/logs/logger.ts';
import type { Handler } from '../request-context.ts';
import { newMetricsHandler } from '../server/basic-endpoints.ts';
import { type HealthCheck, healthEndpoints } from './checks.ts';
import { newHealthHandler, newSingleHealthHandler } from './handler.ts';
import { newHealthSLIs } from './health-slis.ts';

/** Handlers of the health endpoints, of each check below them, and of `/metrics/slis`. */
export function newHealthPaths(checks: () => readonly HealthCheck[], logger: Logger): [string, Handler][] {
  const slis = newHealthSLIs();
  const paths = healthEndpoints.flatMap((endpoint): [string, Handler][] => [
    [`/${endpoint}`, newHealthHandler({ endpoint, checks, slis, logger })],
    [`/${endpoint}/*check`, newSingleHealthHandler({ endpoint, checks })],
  ]);
  return [...paths, ['/metrics/slis', newMetricsHandler(slis.metrics)]];
}
