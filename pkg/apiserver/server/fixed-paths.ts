import { toAPIPath } from '../../apimachinery/schema/group-version.ts';
import type { Logger } from '../../component/logs/logger.ts';
import type { Metrics } from '../../component/metrics/interface.ts';
import type { HealthCheck } from '../healthz/checks.ts';
import { newHealthPaths } from '../healthz/health-paths.ts';
import type { Handler } from '../request-context.ts';
import { newIndexHandler, newMetricsHandler, newVersionHandler } from './basic-endpoints.ts';
import type { DiscoveryEndpoints } from './discovery-endpoints.ts';
import type { DiscoveryRegistry } from './discovery-registry.ts';
import { newOpenAPIV2Handler, newOpenAPIV3Handler, newOpenAPIV3IndexHandler } from './openapi-endpoints.ts';
import type { OpenAPIRegistry } from './openapi-registry.ts';

/** What is told at the paths that every server has. */
export interface FixedPathsOptions {
  readonly discovery: DiscoveryRegistry;
  readonly discoveryEndpoints: DiscoveryEndpoints;
  readonly openapi: OpenAPIRegistry;
  readonly checks: () => readonly HealthCheck[];
  readonly metrics: Metrics;
  readonly version: object;
  readonly logger: Logger;
}

/** Handlers of the paths that do not depend on what is served. */
export function newFixedPaths(options: FixedPathsOptions): ReadonlyMap<string, Handler> {
  const { discovery, discoveryEndpoints, openapi, checks, metrics, version, logger } = options;
  const { core, groups } = discoveryEndpoints;
  const versionHandler = newVersionHandler(version);
  return new Map<string, Handler>([
    ...newHealthPaths(checks, logger),
    ['/version', versionHandler],
    ['/version/', versionHandler],
    ['/metrics', newMetricsHandler(metrics)],
    ['/api', core],
    ['/api/', core],
    ['/apis', groups],
    ['/apis/', groups],
    ['/openapi/v2', newOpenAPIV2Handler(() => openapi.whenV2())],
    ['/openapi/v3', newOpenAPIV3IndexHandler(() => openapi.v3())],
    ['/openapi/v3/*key', newOpenAPIV3Handler(() => openapi.v3())],
    ['/', newIndexHandler(() => [...toCheckPaths(checks()), ...toGroupPaths(discovery)])],
  ]);
}

function toCheckPaths(checks: readonly HealthCheck[]): string[] {
  return checks.flatMap(({ name, endpoints }) => endpoints.map((endpoint) => `/${endpoint}/${name}`));
}

function toGroupPaths(discovery: DiscoveryRegistry): string[] {
  return discovery.groups().flatMap(({ metadata, versions }) => {
    const { name: group = '' } = metadata;
    const paths = versions.map(({ version }) => toAPIPath({ group, version }));
    return group === '' ? paths : [`/apis/${group}`, ...paths];
  });
}
