import { type RequestInfo, toNonResourceInfo } from '../endpoints/request-info.ts';

/** A question about a resource that no request asked. */
export interface ResourceQuestion {
  readonly verb: string;
  readonly group: string;
  /** Default: any. */
  readonly version?: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace: string;
  readonly name: string;
}

/** A question about a resource, as authorizers take it (Go: `authorizer.AttributesRecord`). */
export function toResourceInfo(question: ResourceQuestion): RequestInfo {
  const { verb, group, version = '*', resource, subresource = '', namespace, name } = question;
  return {
    ...toNonResourceInfo({ method: '', path: '' }),
    isResourceRequest: true,
    verb,
    apiPrefix: group === '' ? 'api' : 'apis',
    apiGroup: group,
    apiVersion: version,
    resource,
    subresource,
    namespace,
    name,
  };
}

/** A question about a path; unlike a method, its verb stays as it is written. */
export function toPathInfo({ verb, path }: { readonly verb: string; readonly path: string }): RequestInfo {
  return { ...toNonResourceInfo({ method: verb, path }), verb };
}
