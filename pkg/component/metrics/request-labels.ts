import type { RequestLabels } from './interface.ts';

/** What the labels are made of; `RequestInfo` fits. */
export interface RequestFacts {
  /** HTTP method. */
  readonly method: string;
  readonly contentType?: string;
  readonly query: URLSearchParams;
  readonly info: {
    readonly isResourceRequest: boolean;
    readonly path: string;
    readonly verb: string;
    readonly apiGroup: string;
    readonly apiVersion: string;
    readonly namespace: string;
    readonly resource: string;
    readonly subresource: string;
    readonly name: string;
  };
}

const connectSubresources: ReadonlySet<string> = new Set(['log', 'exec', 'portforward', 'attach', 'proxy']);
const healthPaths: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz']);
const methods: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);
const collectionVerbs: ReadonlyMap<string, string> = new Map([
  ['list', 'LIST'],
  ['watch', 'WATCH'],
  ['deletecollection', 'DELETECOLLECTION'],
]);

/** Labels of a request by upstream's rules (Go: `metrics.CleanVerb`, `CleanScope`, `cleanDryRun`). */
export function toRequestLabels(facts: RequestFacts): RequestLabels {
  const { info } = facts;
  return {
    verb: toVerb(facts),
    dryRun: toDryRun(facts.query),
    group: info.apiGroup,
    version: info.apiVersion,
    resource: info.resource,
    subresource: !info.isResourceRequest && healthPaths.has(info.path) ? info.path : info.subresource,
    scope: toScope(info),
  };
}

function toVerb({ method, contentType, info }: RequestFacts): string {
  if (info.isResourceRequest) {
    if (connectSubresources.has(info.subresource)) return 'CONNECT';
    const verb = collectionVerbs.get(info.verb);
    if (verb !== undefined) return verb;
  }
  if (method === 'PATCH' && contentType?.startsWith('application/apply-patch+yaml') === true) return 'APPLY';
  if (method === 'HEAD') return 'GET';
  return methods.has(method) ? method : 'other';
}

function toScope(info: RequestFacts['info']): string {
  if (!info.isResourceRequest) return '';
  if (info.name !== '' || info.verb === 'create') return 'resource';
  return info.namespace === '' ? 'cluster' : 'namespace';
}

function toDryRun(query: URLSearchParams): string {
  const values = query.getAll('dryRun').filter((value) => value !== '');
  if (values.length === 0) return '';
  return values.every((value) => value === 'All') ? 'All' : 'invalid';
}
