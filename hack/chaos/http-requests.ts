import { METHODS } from 'node:http';
import { hostileTexts, hostileTokens } from './hostile-values.ts';
import { damage, mutate, toText, toTree, type Tree } from './json-mutation.ts';
import type { Random } from './random.ts';
import { hostileYAML } from './hostile-yaml.ts';

/** A request that wants to do harm. */
export interface HostileRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Prefix of the storage keys that it may change. */
  readonly mayChange: string;
}

/** Names that requests go for; most exist at a time. */
export const names: readonly string[] = ['a', 'b', 'c', 'd'];

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'PATCH', 'PATCH', 'PATCH', 'DELETE'] as const;
const parameters = [
  'dryRun',
  'fieldManager',
  'fieldValidation',
  'force',
  'labelSelector',
  'fieldSelector',
  'limit',
  'continue',
  'resourceVersion',
  'resourceVersionMatch',
  'timeoutSeconds',
  'timeout',
  'pretty',
  'watch',
  'allowWatchBookmarks',
  'sendInitialEvents',
  'gracePeriodSeconds',
  'orphanDependents',
  'propagationPolicy',
  '__proto__',
  'constructor',
  '',
  'includeObject',
  'ignoreStoreReadErrorWithClusterBreakingPotential',
];
const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
] as const;
const mediaTypes = [
  'application/json',
  'application/yaml',
  '*/*',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  'application/json;as=Nope;v=v9;g=x',
  'application/vnd.kubernetes.protobuf',
  'application/json;stream=watch',
  'text/html',
  '',
  ';',
  '/',
  'a/b;q=2',
  'application/json;q=0',
  'application/json; charset="',
  'application/json;as=__proto__',
  '\u00ff',
  ','.repeat(500),
  `${'a/b,'.repeat(2000)}*/*`,
  'application/apply-patch+cbor',
  'application/cbor',
];

/** A new request. */
export function newRequest(random: Random): HostileRequest {
  const method = random.chance(0.03) ? random.pick(METHODS.filter((each) => each !== 'CONNECT')) : random.pick(methods);
  const gadget = random.chance(0.2);
  const kind = gadget ? 'Gadget' : 'Widget';
  const wantsName = method === 'POST' ? random.chance(0.05) : random.chance(method === 'GET' ? 0.5 : 0.97);
  // Gadgets have no namespace that would keep a deletion of all from others.
  const named = wantsName || (gadget && method === 'DELETE');
  const name = random.chance(0.12) ? encode(random, random.pick(hostileTexts)) : random.pick(names);
  const place = gadget ? 'gadgets' : 'namespaces/fuzz/widgets';
  const subresource =
    named && random.chance(0.12) ? random.pick(['/status', '/status', '/scale', '/__proto__', '/', '/status/x']) : '';
  const path = `/apis/test.example.com/v1/${place}${named ? `/${name || 'a'}` : ''}${subresource}`;
  const type = random.pick(patchTypes);
  const contentType = method === 'PATCH' ? type : 'application/json';
  const headers: Record<string, string> = {};
  if (random.chance(0.15)) headers['Accept'] = random.pick(mediaTypes);
  const body = method === 'GET' && random.chance(0.9) ? undefined : newBody(random, { method, type, kind, name });
  if (body !== undefined)
    headers['Content-Type'] = random.chance(0.05) ? random.pick([...mediaTypes, ...patchTypes]) : contentType;
  return {
    method,
    path: `${path}${newQuery(random, method === 'PATCH' && type === patchTypes[3])}`,
    headers,
    ...(body === undefined ? {} : { body }),
    mayChange:
      method === 'GET' || method === 'HEAD'
        ? '-'
        : gadget
          ? 'test.example.com/gadgets/'
          : 'test.example.com/widgets/fuzz/',
  };
}

function encode(random: Random, text: string): string {
  return random.chance(0.5) ? encodeURIComponent(text.toWellFormed()) : text.replaceAll(/[?#\s/]/g, '');
}

function newQuery(random: Random, applies: boolean): string {
  const pairs: string[] = applies && random.chance(0.95) ? ['fieldManager=fuzz'] : [];
  if (applies && random.chance(0.5)) pairs.push('force=true');
  if (random.chance(0.05)) pairs.push('dryRun=All');
  if (random.chance(0.1)) pairs.push(`fieldValidation=${random.pick(['Strict', 'Warn', 'Ignore'])}`);
  while (random.chance(0.25)) pairs.push(`${random.pick(parameters)}=${encode(random, random.pick(hostileTexts))}`);
  if (random.chance(0.02))
    pairs.push(
      random.pick([
        '&&&',
        '=',
        '%',
        '%zz=1',
        'a'.repeat(4000),
        '?',
        'a=b;c=d',
        Array.from({ length: 900 }, () => 'a=1').join('&'),
      ]),
    );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

interface BodyTarget {
  readonly method: string;
  readonly type: (typeof patchTypes)[number];
  readonly kind: string;
  readonly name: string;
}

function newBody(random: Random, target: BodyTarget): Buffer {
  const { method, type } = target;
  if (random.chance(0.01)) return Buffer.from(`{"a":"${'x'.repeat(random.pick([1 << 20, 3 << 20, 4 << 20]))}"}`);
  if (random.chance(0.02)) return Buffer.from(random.pick(hostileTokens));
  if (method === 'PATCH' && type === 'application/apply-patch+yaml' && random.chance(0.3)) {
    return Buffer.from(hostileYAML(random, target));
  }
  const valid = newValid(random, target);
  const text = toText(random.chance(0.12) ? valid : mutate(random, valid));
  const bytes = Buffer.from(text);
  return random.chance(0.07) ? damage(random, bytes) : bytes;
}

function newValid(random: Random, { method, type, kind, name }: BodyTarget): Tree {
  if (method === 'DELETE')
    return toTree({
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      preconditions: {},
      dryRun: [],
      propagationPolicy: 'Background',
    });
  if (method === 'PATCH' && type === 'application/json-patch+json') return newJSONPatch(random);
  const content =
    kind === 'Gadget'
      ? { data: { a: 'b' } }
      : {
          spec: { size: random.int(5), color: 'blue', tags: ['a', 'b'], settings: { a: 'b' } },
          status: { phase: 'x' },
        };
  const metadata = {
    labels: { a: 'b' },
    annotations: { c: 'd' },
    ...(random.chance(0.1) ? { finalizers: ['example.com/f'] } : {}),
  };
  if (method === 'PATCH' && type !== 'application/apply-patch+yaml') return toTree({ metadata, ...content });
  const identity =
    random.chance(0.1) && method === 'POST'
      ? { generateName: 'g-' }
      : { name: method === 'POST' ? random.pick([...names, 'e', 'f', 'g']) : name };
  return toTree({ apiVersion: 'test.example.com/v1', kind, metadata: { ...identity, ...metadata }, ...content });
}

const pointers = [
  '',
  '/',
  '/metadata',
  '/metadata/labels',
  '/metadata/labels/a',
  '/metadata/name',
  '/metadata/resourceVersion',
  '/spec',
  '/spec/size',
  '/spec/tags',
  '/spec/tags/0',
  '/spec/tags/-',
  '/spec/tags/-1',
  '/spec/tags/99',
  '/spec/tags/99999999999',
  '/spec/tags/01',
  '/spec/tags/1e1',
  '/spec/settings',
  '/spec/settings/a~1b',
  '/spec/settings/~2',
  '/__proto__',
  '/__proto__/polluted',
  '/constructor/prototype/polluted',
  '/spec/__proto__/polluted',
  '/metadata/labels/__proto__',
  '/data',
  '/data/a',
  'spec',
  '/status/phase',
  '/kind',
  '/spec/tags/length',
  '/spec/tags/__proto__',
];

function newJSONPatch(random: Random): Tree {
  const operation = (): unknown => ({
    op: random.pick(['add', 'remove', 'replace', 'move', 'copy', 'test', 'nope']),
    path: random.pick(pointers),
    from: random.pick(pointers),
    value: random.pick(['x', 1, null, {}, [], { a: 'b' }, ['c']]),
  });
  // Each copy doubles what is there.
  if (random.chance(0.02)) {
    const doubling = Array.from({ length: 60 }, (_, at) => ({
      op: 'copy',
      from: '/metadata/annotations',
      path: `/metadata/annotations/x${at}`,
    }));
    return toTree([{ op: 'add', path: '/metadata/annotations', value: { a: 'x'.repeat(1000) } }, ...doubling]);
  }
  if (random.chance(0.01))
    return toTree(Array.from({ length: 12_000 }, () => ({ op: 'add', path: '/spec/tags/0', value: 'x' })));
  return toTree(Array.from({ length: random.int(5) }, operation));
}
