import t from 'tap';
import { isLongRunning } from './long-running.ts';
import { isPathSegmentName } from './path-segment.ts';
import { parseRequestInfo, type RequestInfo } from './request-info.ts';

/** Parses a request line; `GET` unless it says otherwise. */
function parse(line: string): RequestInfo {
  const [method = '', target = ''] = line.includes(' ') ? line.split(' ') : ['GET', line];
  const [path = '', query = ''] = target.split('?');
  return parseRequestInfo({ method, path, query: new URLSearchParams(query) });
}

/** The facts that authorization and dispatch go by, on one line: `verb group/version namespace resource/subresource name`. */
function summary(line: string): string {
  const info = parse(line);
  if (!info.isResourceRequest) return `${info.verb} ${info.path}`;
  const { verb, apiGroup, apiVersion, namespace, resource, subresource, name } = info;
  return `${verb} ${apiGroup}/${apiVersion} ns=${namespace} ${resource}${subresource === '' ? '' : `/${subresource}`} ${name}`.trim();
}

const resourceTable: readonly (readonly [string, string])[] = [
  // every verb
  ['GET /apis/g/v1/things', 'list g/v1 ns= things'],
  ['HEAD /apis/g/v1/things', 'list g/v1 ns= things'],
  ['POST /apis/g/v1/things', 'create g/v1 ns= things'],
  ['DELETE /apis/g/v1/things', 'deletecollection g/v1 ns= things'],
  ['GET /apis/g/v1/things/x', 'get g/v1 ns= things x'],
  ['HEAD /apis/g/v1/things/x', 'get g/v1 ns= things x'],
  ['PUT /apis/g/v1/things/x', 'update g/v1 ns= things x'],
  ['PATCH /apis/g/v1/things/x', 'patch g/v1 ns= things x'],
  ['DELETE /apis/g/v1/things/x', 'delete g/v1 ns= things x'],
  ['PUT /apis/g/v1/things', 'update g/v1 ns= things'],
  ['OPTIONS /apis/g/v1/things', 'g/v1 ns= things'],
  ['QUERY /apis/g/v1/things/x', 'g/v1 ns= things x'],
  // the core group
  ['/api/v1/pods', 'list /v1 ns= pods'],
  ['/api/v1/namespaces/n/pods/x', 'get /v1 ns=n pods x'],
  ['POST /api/v1/namespaces/n/pods/x/exec', 'create /v1 ns=n pods/exec x'],
  ['/api/v1/namespaces/n/pods/x/proxy/a/b/c', 'get /v1 ns=n pods/proxy x'],
  // namespaces and what is in them
  ['/api/v1/namespaces', 'list /v1 ns= namespaces'],
  ['DELETE /api/v1/namespaces', 'deletecollection /v1 ns= namespaces'],
  ['/api/v1/namespaces/n', 'get /v1 ns=n namespaces n'],
  ['DELETE /api/v1/namespaces/n', 'delete /v1 ns=n namespaces n'],
  ['/api/v1/namespaces/n/status', 'get /v1 ns=n namespaces/status n'],
  ['PUT /api/v1/namespaces/n/finalize', 'update /v1 ns=n namespaces/finalize n'],
  ['/api/v1/namespaces/n/status/x', 'get /v1 ns=n namespaces/status n'],
  ['/api/v1/namespaces/n/other', 'list /v1 ns=n other'],
  ['/api/v1/namespaces/n/namespaces/x', 'get /v1 ns=n namespaces x'],
  ['/apis/g/v1/namespaces/n/things', 'list g/v1 ns=n things'],
  ['/apis/g/v1/namespaces/n/things/x/status', 'get g/v1 ns=n things/status x'],
  ['DELETE /apis/g/v1/namespaces/n/things', 'deletecollection g/v1 ns=n things'],
  ['/apis/g/v1/namespaces/namespaces/things', 'list g/v1 ns=namespaces things'],
  // watches
  ['/apis/g/v1/things?watch=true', 'watch g/v1 ns= things'],
  ['/apis/g/v1/things?watch=1', 'watch g/v1 ns= things'],
  ['/apis/g/v1/things?watch', 'watch g/v1 ns= things'],
  ['/apis/g/v1/things?watch=', 'watch g/v1 ns= things'],
  ['/apis/g/v1/things?watch=nonsense', 'watch g/v1 ns= things'],
  ['/apis/g/v1/things?watch=false', 'list g/v1 ns= things'],
  ['/apis/g/v1/things?watch=False', 'list g/v1 ns= things'],
  ['/apis/g/v1/things?watch=0', 'list g/v1 ns= things'],
  ['/apis/g/v1/things?watch=false&watch=true', 'list g/v1 ns= things'],
  ['/apis/g/v1/things?watch=true&limit=nonsense', 'watch g/v1 ns= things'],
  ['/apis/g/v1/things/x?watch=true', 'get g/v1 ns= things x'],
  ['DELETE /apis/g/v1/things?watch=true', 'deletecollection g/v1 ns= things'],
  ['/apis/g/v1/watch/things', 'watch g/v1 ns= things'],
  ['/apis/g/v1/watch/things/x', 'watch g/v1 ns= things x'],
  ['/api/v1/watch/namespaces/n/pods', 'watch /v1 ns=n pods'],
  ['/api/v1/watch/namespaces/n/pods/x', 'watch /v1 ns=n pods x'],
  ['/api/v1/watch/namespaces', 'watch /v1 ns= namespaces'],
  ['DELETE /api/v1/watch/pods', 'watch /v1 ns= pods'],
  ['/api/v1/proxy/namespaces/n/pods/x/status', 'proxy /v1 ns=n pods x'],
  ['/api/v1/watches', 'list /v1 ns= watches'],
  // odd paths
  ['/apis/g/v1/things/', 'list g/v1 ns= things'],
  ['/apis/g/v1/things///', 'list g/v1 ns= things'],
  ['//apis/g/v1/things', 'list g/v1 ns= things'],
  ['/apis//v1/things', 'list /v1 ns= things'],
  ['/apis/g/v1//x', 'get g/v1 ns=  x'],
  ['/apis/g/v1/namespaces//things', 'list g/v1 ns= things'],
  ['/apis/g/v1/namespaces/n//x', 'get g/v1 ns=n  x'],
  ['/apis/g/v1/../v2/things', 'get g/v1 ns= ../things v2'],
  ['/apis/g/v1/namespaces/../things', 'list g/v1 ns=.. things'],
  ['/apis/g/v1/things/a%2Fb', 'get g/v1 ns= things a/b'],
  ['/apis/g/v1/things/a%2Fstatus', 'get g/v1 ns= things a/status'],
  ['/apis/g/v1/things%2Fstatus/a', 'get g/v1 ns= things/status a'],
  ['/apis/g/v1/namespaces%2Fn/things', 'get g/v1 ns= namespaces/n things'],
  ['/apis/g/v1/n%61mespaces/n/things', 'list g/v1 ns=n things'],
  ['/%61pis/g/v1/things', 'list g/v1 ns= things'],
  ['/apis/g/v1/things/%E4%BD%A0', 'get g/v1 ns= things 你'],
  ['/apis/g/v1/things/%FF', 'get g/v1 ns= things %FF'],
  ['/apis/g/v1/things/100%', 'get g/v1 ns= things 100%'],
  ['/apis/g/v1/things/a+b', 'get g/v1 ns= things a+b'],
  ['/apis/g/v1/things/__proto__', 'get g/v1 ns= things __proto__'],
];

t.test('resource paths', async (t) => {
  for (const [line, expected] of resourceTable) {
    const { isResourceRequest } = parse(line);
    t.ok(isResourceRequest, `${line} is about a resource`);
    t.equal(summary(line), expected, line);
  }
});

t.test('paths that are about no resource', async (t) => {
  const paths = ['/', '', '/api', '/api/', '/api/v1', '/api/v1/', '/apis', '/apis/g', '/apis/g/v1', '/apis/g/v1/'];
  for (const path of [
    ...paths,
    '/healthz/ping',
    '/openapi/v3/apis/g/v1',
    '/API/v1/pods',
    '/apisx/g/v1/things',
    '/v1/pods/x',
  ]) {
    t.equal(summary(path), `get ${path}`);
    t.match(parse(path), { isResourceRequest: false, apiPrefix: '', resource: '', name: '', parts: [] });
  }
  t.equal(summary('POST /apis'), 'post /apis', 'the verb is the method');
  t.equal(summary('PROPFIND /x'), 'propfind /x');
  t.equal(parse('/metrics?fieldSelector=a&labelSelector=b').labelSelector, '', 'selectors mean nothing');
});

t.test('a path that stops after watch or proxy is refused', async (t) => {
  for (const path of ['/api/v1/watch', '/apis/g/v1/watch', '/apis/g/v1/proxy', '/api/v1/watch/']) {
    t.throws(() => parse(path), new TypeError(`unable to determine kind and namespace from url, ${path}`));
  }
});

t.test('the selected name is what a list or watch is about', async (t) => {
  const selected = (selector: string, rest = ''): string =>
    parse(`/apis/g/v1/things?fieldSelector=${encodeURIComponent(selector)}${rest}`).name;
  t.equal(selected('metadata.name=x'), 'x');
  t.equal(selected('metadata.name==x'), 'x');
  t.equal(selected('metadata.name=x', '&watch=true'), 'x');
  for (const other of [
    'metadata.name!=x',
    'metadata.namespace=x',
    'spec.metadata.name=x',
    'metadata.name=',
    'nonsense',
  ]) {
    t.equal(selected(other), '', other);
  }
  for (const odd of ['.', '..', 'a/b', 'a%b']) t.equal(selected(`metadata.name=${odd}`), '', `${odd} is no name`);
  const deletion = parse('DELETE /apis/g/v1/things?fieldSelector=metadata.name%3Dx');
  t.match(deletion, { verb: 'deletecollection', name: '' }, 'a delete is about all that match');
  t.equal(parse('/apis/g/v1/things/y?fieldSelector=metadata.name%3Dx').name, 'y', 'the path comes first');
});

t.test('raw selectors are kept where they choose among objects', async (t) => {
  const query = '?fieldSelector=a%3Db&labelSelector=c%20in%20(d)';
  const both = { fieldSelector: 'a=b', labelSelector: 'c in (d)' };
  const neither = { fieldSelector: '', labelSelector: '' };
  t.match(parse(`/apis/g/v1/things${query}`), both);
  t.match(parse(`/apis/g/v1/things${query}&watch=1`), both);
  t.match(parse(`DELETE /apis/g/v1/things${query}`), both);
  t.match(parse(`/apis/g/v1/things/x${query}`), neither);
  t.match(parse(`POST /apis/g/v1/things${query}`), neither);
  t.match(parse(`/apis/g/v1/watch/things${query}`), neither, 'not by a word in the path');
});

t.test('parts and path', async (t) => {
  t.same(parse('/api/v1/namespaces/n/pods/x/proxy/a%20b/c').parts, ['pods', 'x', 'proxy', 'a b', 'c']);
  t.same(parse('/api/v1/namespaces/n/status').parts, ['namespaces', 'n', 'status']);
  t.equal(parse('/apis/g/v1/things/a%20b?x=y').path, '/apis/g/v1/things/a%20b', 'the path stays as it came');
  t.match(parse('/apis/g/v1/things'), { apiPrefix: 'apis' });
  t.match(parse('/api/v1/things'), { apiPrefix: 'api', apiGroup: '' });
});

t.test('requests that may run for hours', async (t) => {
  const isLong = (line: string, upgrade = false): boolean => {
    const query = new URLSearchParams(line.split('?')[1] ?? '');
    const taker = { takeSocket: () => t.fail('not asked for') as never };
    return isLongRunning({ info: parse(line), query, ...(upgrade ? { upgrade: taker } : {}) });
  };
  const long = [
    '/api/v1/pods?watch=1',
    '/api/v1/watch/pods',
    '/api/v1/namespaces/n/pods/x/log',
    '/api/v1/proxy/pods/x',
  ];
  for (const line of [...long, 'POST /api/v1/namespaces/n/pods/x/exec', '/apis/g/v1/things/x/tail?follow=true']) {
    t.ok(isLong(line), line);
  }
  for (const line of [
    '/api/v1/pods',
    '/api/v1/pods/x',
    '/logs?follow=true',
    '/api/v1/pods/x/status',
    '/api/v1/pods?follow=no',
    'POST /api/v1/namespaces/n/pods?follow=true',
    'DELETE /api/v1/namespaces/n/pods/x?follow=true',
  ]) {
    t.notOk(isLong(line), line);
  }
  t.ok(isLong('/api/v1/pods/x/status', true), 'a connection that becomes another protocol');
});

t.test('names that can stand in a path', async (t) => {
  for (const name of ['a', 'A b', '...', 'ü', '__proto__', 'a.b', '~']) t.ok(isPathSegmentName(name), name);
  for (const name of ['', '.', '..', 'a/b', '50%', '%2F']) t.notOk(isPathSegmentName(name), name);
});
