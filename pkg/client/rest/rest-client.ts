import type { KubernetesList, KubernetesObject, Status, TypeMeta } from '../../../apis/meta/v1/types.ts';
import { type Exchange, newExchange } from './exchange.ts';
import type {
  ListRequest,
  ObjectRef,
  PatchType,
  RequestOptions,
  ResourceRef,
  RESTClient,
  RESTClientOptions,
} from './interface.ts';
import { toCollectionPath, toObjectPath } from './path.ts';
import { type Query, toQuery } from './query.ts';
import { RESTError } from './rest-error.ts';
import { toStatusError } from './to-status-error.ts';
import { toSubject } from './to-subject.ts';
import { newWatch } from './watch.ts';

/** A client of one API server. Nothing is sent before the first call. Throws a `TypeError` for a server that is no URL. */
export function newRESTClient(options: RESTClientOptions): RESTClient {
  const exchange = newExchange(options);
  const call = <T extends TypeMeta>(verb: string, ref: ResourceRef | ObjectRef, request: Call): Promise<T> =>
    callJSON<T>(exchange, { ...request, subject: toSubject(verb, ref) });

  return {
    get: (ref, request = {}) => call('get', ref, { method: 'GET', path: toObjectPath(ref), request }),
    async list<T extends KubernetesObject>(ref: ResourceRef, request: ListRequest = {}) {
      const path = toCollectionPath(ref);
      return withTypes(
        await call<KubernetesList<T>>('list', ref, { method: 'GET', path, query: toListQuery(request), request }),
      );
    },
    create: (ref, body, request = {}) =>
      call('create', ref, { method: 'POST', path: toCollectionPath(ref), body, request }),
    update: (ref, body, request = {}) => call('update', ref, { method: 'PUT', path: toObjectPath(ref), body, request }),
    patch: (ref, { type, body }, request = {}) =>
      call('patch', ref, { method: 'PATCH', path: toObjectPath(ref), body, mediaType: patchMediaTypes[type], request }),
    delete: (ref, request = {}) =>
      call<Status | KubernetesObject>('delete', ref, { method: 'DELETE', path: toObjectPath(ref), request }),
    watch: newWatch(exchange, options),
    raw: (path, { method = 'GET', query = {}, ...rest } = {}) =>
      exchange.answer({ ...rest, method, path: path + toQuery(query) }),
    close: () => exchange.close(),
  };
}

const patchMediaTypes: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

interface Call {
  readonly method: string;
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  readonly mediaType?: string;
  readonly request: RequestOptions;
}

async function callJSON<T extends TypeMeta>(exchange: Exchange, call: Call & { readonly subject: string }): Promise<T> {
  const { method, body, mediaType = 'application/json', request, subject } = call;
  const path = call.path + toQuery({ ...call.query, ...request.query });
  const answer = await exchange.answer({
    method,
    path,
    signal: request.signal,
    timeoutMs: request.timeoutMs,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': mediaType } }),
  });
  if (answer.status < 200 || answer.status >= 300) throw toStatusError(answer, subject);
  const value = tryParseJSON(answer.body);
  if (typeof value === 'object' && value !== null && 'kind' in value) return value as T;
  const type = String(answer.headers['content-type'] ?? 'no content type');
  throw new RESTError(
    'NotAnAPIServer',
    `${exchange.toURL(method, path)}: the answer is no object (${type}); is that an API server?`,
  );
}

function tryParseJSON(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // The caller says what came instead.
    return undefined;
  }
}

function toListQuery({ labelSelector, fieldSelector, resourceVersion, limit, continue: token }: ListRequest): Query {
  return { labelSelector, fieldSelector, resourceVersion, limit, continue: token };
}

/** The list with kind and apiVersion in its items, where servers leave them out. */
function withTypes<T extends KubernetesObject>(list: KubernetesList<T>): KubernetesList<T> {
  const { apiVersion } = list;
  const kind = list.kind.replace(/List$/, '');
  // A server written in Go may send `null` for no items.
  const items = (list.items as T[] | null) ?? [];
  return { ...list, items: items.map((item) => Object.assign({ apiVersion, kind }, item)) };
}
