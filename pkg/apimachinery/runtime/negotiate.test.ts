import t from 'tap';
import { isStatusError } from '../errors/status-error.ts';
import type { MediaType } from './media-type.ts';
import { parseAccept } from './media-type.ts';
import { negotiateDiscovery } from './negotiate-discovery.ts';
import { checkRouteAccepts, negotiateInput, negotiatePatch } from './negotiate-input.ts';
import { negotiateError, negotiateOutput, negotiateWatch, type NegotiationRequest } from './negotiate.ts';

const json = 'application/json';
const yaml = 'application/yaml';
const protobuf = 'application/vnd.kubernetes.protobuf';
const all: readonly MediaType[] = [json, yaml, protobuf];

function request(accept: string | undefined, query = '', userAgent?: string): NegotiationRequest {
  return { accept, query: new URLSearchParams(query), userAgent };
}

function failure(action: () => unknown): string {
  try {
    return `accepted ${JSON.stringify(action())}`;
  } catch (error) {
    if (!isStatusError(error)) throw error;
    return `${error.code} ${error.status.reason}: ${error.message}`;
  }
}

t.test('Accept is read by quality, then by how specific it is', (t) => {
  const read = (header: string) =>
    parseAccept(header).map((clause) => `${clause.type}/${clause.subtype};${clause.quality}`);
  t.same(read('a/b;q=0.5, c/d , */*, e/*;q=0.9'), ['c/d;1', '*/*;1', 'e/*;0.9', 'a/b;0.5']);
  t.same(read('a/b;q=0, *, c, d/e/f, ,g/h;q=x;X=1'), ['g/h;1', '*/*;1']);
  t.same(
    [...(parseAccept('a/b; as = Table ;v=v1;flag')[0]?.parameters ?? [])],
    [
      ['as', 'Table'],
      ['v', 'v1'],
      ['flag', ''],
    ],
  );
  t.end();
});

t.test('the encoding of a response follows Accept', (t) => {
  const object = (mediaType: string, pretty = false) => ({ as: 'Object', mediaType, pretty });
  const table = { as: 'Table', mediaType: json, apiVersion: 'meta.k8s.io/v1', pretty: false };
  const cases: [string | undefined, unknown][] = [
    [undefined, object(json)],
    ['', object(json)],
    ['*/*', object(json)],
    ['application/*', object(json)],
    ['application/json, */*', object(json)],
    ['application/yaml', object(yaml)],
    ['APPLICATION/YAML; charset=utf-8', object(yaml)],
    ['application/json;q=0.1,application/yaml;q=0.2', object(yaml)],
    ['application/vnd.kubernetes.protobuf,application/json', object(protobuf)],
    ['text/html,application/xhtml+xml,*/*;q=0.8', object(json)],
    ['application/json;pretty=1', object(json, true)],
    ['application/json;sv=v1', object(json)],
    ['application/json;sv=v2,application/yaml', object(yaml)],
    ['application/json;stream=watch,application/yaml', object(yaml)],
    ['application/json;as=Table;v=v1;g=meta.k8s.io,application/json', table],
    ['application/json;as=Table;v=v1beta1;g=meta.k8s.io', { ...table, apiVersion: 'meta.k8s.io/v1beta1' }],
    ['application/yaml;as=Table;v=v1;g=meta.k8s.io', { ...table, mediaType: yaml }],
    ['application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,application/json', object(json)],
    ['*/*;as=Table;v=v1;g=meta.k8s.io', table],
    ['application/json;as=Table;v=v2;g=meta.k8s.io,application/json', object(json)],
    ['application/json;as=Pod;v=v1;g=meta.k8s.io,application/json', object(json)],
    ['application/json;as=Table,application/json', object(json)],
    [
      'application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json',
      { as: 'PartialObjectMetadataList', mediaType: protobuf, apiVersion: 'meta.k8s.io/v1', pretty: false },
    ],
    [
      'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
      { as: 'PartialObjectMetadata', mediaType: json, apiVersion: 'meta.k8s.io/v1', pretty: false },
    ],
  ];
  for (const [accept, expected] of cases) t.same(negotiateOutput(request(accept), all), expected, String(accept));
  t.same(negotiateOutput(request('application/vnd.kubernetes.protobuf,application/json'), [json, yaml]), object(json));
  t.end();
});

t.test('JSON is indented when asked, or when people read it', (t) => {
  const cases: [string, string | undefined, boolean][] = [
    ['', undefined, false],
    ['pretty=true', undefined, true],
    ['pretty=1', undefined, true],
    ['pretty=x', 'curl/8.0.1', false],
    ['pretty=false', 'curl/8.0.1', false],
    ['pretty=', 'curl/8.0.1', true],
    ['', 'curl/8.0.1', true],
    ['', 'Wget/1.2', true],
    ['', 'Mozilla/5.0 (X11)', true],
    ['', 'kubectl/v1.36.3', false],
  ];
  for (const [query, agent, pretty] of cases) {
    t.equal(negotiateOutput(request('*/*', query, agent), all).pretty, pretty, `${query} ${agent}`);
    t.equal(negotiateOutput(request(undefined, query, agent), all).pretty, pretty, `${query} ${agent} without Accept`);
  }
  t.end();
});

t.test('what cannot be answered is not acceptable, in upstream words', (t) => {
  const only = '406 NotAcceptable: only the following media types are accepted: ';
  t.equal(
    failure(() => negotiateOutput(request('application/xml'), all)),
    `${only}${all.join(', ')}`,
  );
  t.equal(
    failure(() => negotiateOutput(request('application/json;q=0'), [json])),
    `${only}application/json`,
  );
  t.equal(
    failure(() => negotiateOutput(request('nonsense'), [json])),
    `${only}application/json`,
  );
  t.equal(
    failure(() => negotiateWatch(request('application/yaml'), all)),
    `${only}application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch`,
  );
  t.end();
});

t.test('what has no protobuf of its own is JSON, and its metadata can be protobuf', (t) => {
  const metadata = `${protobuf};as=PartialObjectMetadata;g=meta.k8s.io;v=v1`;
  for (const negotiateEither of [negotiateOutput, negotiateWatch]) {
    const choose = (accept: string) => negotiateEither(request(accept), all, [json, yaml]);
    t.match(choose(`${protobuf},application/json`), { as: 'Object', mediaType: json });
    t.match(choose(`${protobuf},*/*`), { as: 'Object', mediaType: json });
    t.match(choose(metadata), { as: 'PartialObjectMetadata', mediaType: protobuf });
    t.match(
      failure(() => choose(protobuf)),
      /^406 NotAcceptable: only the following media types are accepted: .*protobuf/,
    );
  }
  t.end();
});

t.test('a watch is a stream of JSON or protobuf', (t) => {
  t.equal(negotiateWatch(request('application/json;stream=watch'), all).mediaType, json);
  t.equal(
    negotiateWatch(request('application/yaml,application/vnd.kubernetes.protobuf;stream=watch'), all).mediaType,
    protobuf,
  );
  t.equal(negotiateWatch(request(undefined), all).mediaType, json);
  t.match(negotiateWatch(request('application/json;as=Table;v=v1;g=meta.k8s.io'), all), { as: 'Table' });
  t.end();
});

t.test('an error is always written somehow', (t) => {
  t.same(negotiateError(request('application/xml'), all), { mediaType: json, pretty: true });
  t.match(negotiateError(request('application/yaml'), all), { mediaType: yaml, pretty: false });
  t.match(negotiateError(request('application/json;as=Table;v=v1;g=meta.k8s.io,application/json'), all), {
    mediaType: json,
  });
  t.end();
});

t.test('discovery is aggregated for those who ask for it', (t) => {
  const offer = { versions: ['v2', 'v2beta1'], aggregatedMediaTypes: [json], legacyMediaTypes: all } as const;
  const clause = (version: string) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
  const aggregated = (version: string, more = '') => ({
    form: 'aggregated',
    version,
    mediaType: json,
    contentType: clause(version) + more,
    pretty: false,
  });
  const legacy = (mediaType: string) => ({ form: 'legacy', mediaType, contentType: mediaType, pretty: false });
  const cases: [string | undefined, unknown][] = [
    [undefined, legacy(json)],
    ['application/json, */*', legacy(json)],
    ['application/yaml', legacy(yaml)],
    [clause('v2'), aggregated('v2')],
    [`${clause('v2')},${clause('v2beta1')},application/json`, aggregated('v2')],
    [`${clause('v2beta1')},application/json`, aggregated('v2beta1')],
    ['application/json;as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io', aggregated('v2')],
    [`${clause('v2')};profile=nopeer,application/json`, aggregated('v2', ';profile=nopeer')],
    [`${clause('v9')},application/json`, legacy(json)],
    [
      'application/vnd.kubernetes.protobuf;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json',
      legacy(json),
    ],
  ];
  for (const [accept, expected] of cases) t.same(negotiateDiscovery(request(accept), offer), expected, String(accept));
  const refused =
    '406 NotAcceptable: only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf';
  for (const accept of [clause('v9'), 'application/xml']) {
    t.equal(
      failure(() => negotiateDiscovery(request(accept), offer)),
      refused,
      accept,
    );
  }
  t.equal(
    failure(() => negotiateDiscovery(request(clause('v2beta1')), { ...offer, versions: ['v2'] })),
    refused,
  );
  t.end();
});

t.test('the type of a body is known or unsupported', (t) => {
  t.equal(negotiateInput(undefined, all), json);
  t.equal(negotiateInput('application/yaml; charset=utf-8', all), yaml);
  t.equal(
    failure(() => negotiateInput('text/plain', [json, yaml])),
    '415 UnsupportedMediaType: the body of the request was in an unknown format - accepted media types include: application/json, application/yaml',
  );
  t.end();
});

t.test('the type of a patch is served, unsupported here, or none', (t) => {
  const served = ['application/json-patch+json', 'application/merge-patch+json'] as const;
  t.equal(negotiatePatch('application/merge-patch+json; charset=utf-8', served), 'application/merge-patch+json');
  t.equal(
    failure(() => negotiatePatch('application/strategic-merge-patch+json', served)),
    `415 UnsupportedMediaType: the body of the request was in an unknown format - accepted media types include: ${served.join(', ')}`,
  );
  for (const header of ['application/json', 'application/merge-patch+yaml', undefined]) {
    t.equal(
      failure(() => negotiatePatch(header, served)),
      '415 UnsupportedMediaType: 415: Unsupported Media Type',
    );
  }
  t.end();
});

t.test('a route refuses an Accept that names nothing it produces', (t) => {
  t.equal(
    failure(() => checkRouteAccepts('text/xml', all)),
    '406 NotAcceptable: 406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  );
  for (const accept of [
    undefined,
    '',
    '*/*',
    'text/xml,application/json;q=0',
    'application/*',
    'application/yaml;as=X',
  ]) {
    t.doesNotThrow(() => checkRouteAccepts(accept, all), String(accept));
  }
  t.end();
});
