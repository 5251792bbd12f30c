import type { KubernetesList, KubernetesObject, Status } from '../../../apis/meta/v1/types.ts';
import { toQualifiedResource } from '../../apimachinery/schema/group-version.ts';
import { type Exchange, type ExchangeRequest, newExchange } from './exchange.ts';
import type {
  ListRequest,
  ObjectRef,
  PatchType,
  RequestOptions,
  ResourceRef,
  RESTClient,
  RESTClientOptions,
  WatchFrame,
  WatchRequest,
} from './interface.ts';
import { toCollectionPath, toObjectPath } from './path.ts';
import { readAnswer } from './read-answer.ts';
import { RESTError } from './rest-error.ts';
import { toStatusError } from './to-status-error.ts';
import { watchFrames } from './watch-frames.ts';

/** A client of one API server. Nothing is sent before the first call. Throws a `TypeError` for a server that is no URL. */
export function newRESTClient(options: RESTClientOptions): RESTClient {
  const exchange = newExchange(options);
  const call = async <T>(verb: string, ref: ResourceRef | ObjectRef, request: Call): Promise<T> => {
    const { body, mediaType = 'application/json' } = request;
    const path = request.path + toQuery({ ...request.query, ...request.options.query });
    return callJSON<T>(exchange, {
      method: request.method,
      path,
      server: options.server,
      subject: toSubject(verb, ref),
      signal: request.options.signal,
      timeoutMs: request.options.timeoutMs,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': mediaType } }),
    });
  };

  return {
    get: (ref, request = {}) => call('get', ref, { method: 'GET', path: toObjectPath(ref), options: request }),
    async list<T extends KubernetesObject>(ref: ResourceRef, request: ListRequest = {}) {
      const path = toCollectionPath(ref);
      return withTypes(
        await call<KubernetesList<T>>('list', ref, {
          method: 'GET',
          path,
          query: toListQuery(request),
          options: request,
        }),
      );
    },
    create: (ref, object, request = {}) =>
      call('create', ref, { method: 'POST', path: toCollectionPath(ref), body: object, options: request }),
    update: (ref, object, request = {}) =>
      call('update', ref, { method: 'PUT', path: toObjectPath(ref), body: object, options: request }),
    patch: (ref, { type, body }, request = {}) =>
      call('patch', ref, {
        method: 'PATCH',
        path: toObjectPath(ref),
        body,
        mediaType: patchMediaTypes[type],
        options: request,
      }),
    delete: (ref, request = {}) =>
      call<Status | KubernetesObject>('delete', ref, { method: 'DELETE', path: toObjectPath(ref), options: request }),
    watch: (ref, request = {}) => watch(exchange, { ref, request, server: options.server }),
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
  readonly options: RequestOptions;
}

interface JSONRequest extends ExchangeRequest {
  readonly server: string;
  readonly subject: string;
}

async function callJSON<T>(exchange: Exchange, request: JSONRequest): Promise<T> {
  const answer = await exchange.answer(request);
  if (answer.status < 200 || answer.status >= 300) throw toStatusError(answer, request.subject);
  try {
    return JSON.parse(answer.body.toString('utf8')) as T;
  } catch (error) {
    const type = String(answer.headers['content-type'] ?? 'no content type');
    const message = `${request.method} ${request.server}${request.path}: the answer is not JSON (${type}); is that an API server?`;
    throw new RESTError('NotAnAPIServer', message, { cause: error });
  }
}

interface WatchCall {
  readonly ref: ResourceRef;
  readonly request: WatchRequest;
  readonly server: string;
}

async function* watch<T extends KubernetesObject>(
  exchange: Exchange,
  { ref, request, server }: WatchCall,
): AsyncGenerator<WatchFrame<T>> {
  const { signal } = request;
  const path = toCollectionPath(ref) + toQuery({ ...toWatchQuery(request), ...request.query });
  try {
    const answer = await exchange.stream({ method: 'GET', path, signal });
    if (answer.status !== 200)
      throw toStatusError(await readAnswer(answer, `GET ${server}${path}`), toSubject('watch', ref));
    const leave = (): void => void answer.body.destroy();
    signal?.addEventListener('abort', leave, { once: true });
    try {
      yield* watchFrames<T>(answer.body as AsyncIterable<Buffer>, `GET ${server}${path}`);
    } finally {
      signal?.removeEventListener('abort', leave);
      answer.body.destroy();
    }
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

function toListQuery({ labelSelector, fieldSelector, resourceVersion, limit, continue: token }: ListRequest): Query {
  return { labelSelector, fieldSelector, resourceVersion, limit, continue: token };
}

function toWatchQuery(request: WatchRequest): Query {
  const { labelSelector, fieldSelector, resourceVersion, allowWatchBookmarks, timeoutSeconds } = request;
  return { watch: true, labelSelector, fieldSelector, resourceVersion, allowWatchBookmarks, timeoutSeconds };
}

function toQuery(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}

function toSubject(verb: string, ref: ResourceRef | ObjectRef): string {
  const resource = `${verb} ${toQualifiedResource(ref)}`;
  return 'name' in ref ? `${resource} ${ref.name}` : resource;
}

/** Items with kind and apiVersion, which servers leave out of the items of a list. */
function withTypes<T extends KubernetesObject>(list: KubernetesList<T>): KubernetesList<T> {
  const { apiVersion } = list;
  const kind = list.kind.replace(/List$/, '');
  // A list that somebody made in Go may have `null` for no items.
  const items = (list.items as T[] | null) ?? [];
  return {
    ...list,
    items: items.map((item) => ({ ...item, apiVersion: item.apiVersion ?? apiVersion, kind: item.kind ?? kind })),
  };
}
