import { isPathSegmentName } from './path-segment.ts';

/** What a request is about, parsed from its method and path (Go: `request.RequestInfo`). */
export interface RequestInfo {
  readonly isResourceRequest: boolean;
  /** Path as it came, without the query. */
  readonly path: string;
  /** API verb for resource requests, lower-case HTTP method for others. */
  readonly verb: string;
  /** `api`, `apis` or empty. */
  readonly apiPrefix: string;
  readonly apiGroup: string;
  readonly apiVersion: string;
  readonly namespace: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  /** Decoded segments from the resource on. */
  readonly parts: readonly string[];
  /** Raw selectors of list, watch and deletecollection. */
  readonly fieldSelector: string;
  readonly labelSelector: string;
}

/** What a request line consists of. `path` is not decoded. */
export interface RequestTarget {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

const verbsByMethod: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Subresources of namespaces themselves: in `namespaces/x/status` the last word is no resource inside `x`. */
const namespaceSubresources: ReadonlySet<string> = new Set(['status', 'finalize']);

/** Verbs that a path may name as a word of its own before the resource (deprecated). */
const pathVerbs: ReadonlySet<string> = new Set(['proxy', 'watch']);

/**
 * Parses the facts that authorization, dispatch, metrics and audit go by. Throws a `TypeError` for a path that stops right
 * after `watch` or `proxy`. Source: apiserver `pkg/endpoints/request/requestinfo.go`.
 */
export function parseRequestInfo(target: RequestTarget): RequestInfo {
  const parsed = splitResourcePath(target);
  if (parsed === undefined) return toNonResourceInfo(target);
  const { verbFromPath, rest, ...place } = parsed;
  const { namespace, parts } = splitNamespace(rest);
  const [resource = '', name = ''] = parts;
  const subresource = verbFromPath === 'proxy' ? '' : (parts[2] ?? '');
  const verb = verbFromPath ?? verbsByMethod[target.method] ?? '';
  const base = { ...place, isResourceRequest: true, path: target.path, namespace, resource, subresource, parts };
  return {
    ...base,
    ...refineCollectionVerb({ verb, name, query: target.query, explicit: verbFromPath !== undefined }),
  };
}

/** What is known of a request whose path is no resource's: its method and path. */
export function toNonResourceInfo(target: Pick<RequestTarget, 'method' | 'path'>): RequestInfo {
  return {
    isResourceRequest: false,
    path: target.path,
    verb: target.method.toLowerCase(),
    apiPrefix: '',
    apiGroup: '',
    apiVersion: '',
    namespace: '',
    resource: '',
    subresource: '',
    name: '',
    parts: [],
    fieldSelector: '',
    labelSelector: '',
  };
}

interface ResourcePath {
  readonly apiPrefix: string;
  readonly apiGroup: string;
  readonly apiVersion: string;
  readonly verbFromPath: string | undefined;
  readonly rest: readonly string[];
}

function splitResourcePath({ path }: RequestTarget): ResourcePath | undefined {
  const segments = path
    .replace(/^\/+|\/+$/g, '')
    .split('/')
    .map((segment) => decodeSegment(segment));
  const apiPrefix = segments[0] ?? '';
  if (segments.length < 3 || (apiPrefix !== 'api' && apiPrefix !== 'apis')) return undefined;
  const grouped = apiPrefix === 'apis';
  if (grouped && segments.length < 4) return undefined;
  const apiGroup = grouped ? (segments[1] ?? '') : '';
  const apiVersion = segments[grouped ? 2 : 1] ?? '';
  const rest = segments.slice(grouped ? 3 : 2);
  const word = rest[0] ?? '';
  if (!pathVerbs.has(word)) return { apiPrefix, apiGroup, apiVersion, verbFromPath: undefined, rest };
  if (rest.length < 2) throw new TypeError(`unable to determine kind and namespace from url, ${path}`);
  return { apiPrefix, apiGroup, apiVersion, verbFromPath: word, rest: rest.slice(1) };
}

function decodeSegment(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    // Not UTF-8 or a lone "%": no name matches it, and the raw text is the most telling one.
    return segment;
  }
}

function splitNamespace(rest: readonly string[]): { namespace: string; parts: readonly string[] } {
  if (rest[0] !== 'namespaces' || rest.length < 2) return { namespace: '', parts: rest };
  const namespace = rest[1] ?? '';
  const inside = rest.length > 2 && !namespaceSubresources.has(rest[2] ?? '');
  return { namespace, parts: inside ? rest.slice(2) : rest };
}

interface CollectionVerb {
  readonly verb: string;
  readonly name: string;
  readonly query: URLSearchParams;
  readonly explicit: boolean;
}

/** A request without a name is about the collection; `metadata.name=x` names the one object that it is about. */
function refineCollectionVerb({ verb: given, name: pathName, query, explicit }: CollectionVerb) {
  let verb = given;
  let name = pathName;
  const fieldSelector = query.get('fieldSelector') ?? '';
  if (name === '' && verb === 'get') {
    verb = isWatch(query) ? 'watch' : 'list';
    const selected = /^metadata\.name==?([^,=!]+)$/.exec(fieldSelector)?.[1] ?? '';
    if (isPathSegmentName(selected)) name = selected;
  }
  if (name === '' && verb === 'delete') verb = 'deletecollection';
  const selects = !explicit && (verb === 'list' || verb === 'watch' || verb === 'deletecollection');
  return {
    verb,
    name,
    fieldSelector: selects ? fieldSelector : '',
    labelSelector: selects ? (query.get('labelSelector') ?? '') : '',
  };
}

/** Only `false` and `0` say no; anything else that is there, even an empty value, says yes (Go: `Convert_Slice_string_To_bool`). */
function isWatch(query: URLSearchParams): boolean {
  const value = query.get('watch');
  return value !== null && value !== '0' && value.toLowerCase() !== 'false';
}
