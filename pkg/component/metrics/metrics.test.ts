import t from 'tap';
import { addBuildInfo } from './build-info.ts';
import type { RequestLabels } from './interface.ts';
import { newMetrics } from './metrics.ts';
import { toRequestLabels } from './request-labels.ts';

const labels: RequestLabels = {
  verb: 'GET',
  dryRun: '',
  group: 'example.com',
  version: 'v1',
  resource: 'widgets',
  subresource: '',
  scope: 'resource',
};

/** Labels as text, in the order of the page. */
const place = 'group="example.com",version="v1",resource="widgets",subresource="",scope="resource"';

const linesOf = (body: string, start: string): string[] => body.split('\n').filter((line) => line.startsWith(start));

/** A page that Prometheus takes: every line is a comment or a sample, every name has one type, no series appears twice. */
function checkPage(body: string): string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  const types = new Map<string, string>();
  for (const line of body.split('\n').slice(0, -1)) {
    const type = /^# TYPE (\S+) (counter|gauge|histogram|summary)$/.exec(line);
    if (type !== null) {
      if (types.has(type[1] ?? '')) faults.push(`second type: ${line}`);
      types.set(type[1] ?? '', type[2] ?? '');
    }
    if (line === '' || line.startsWith('# ')) continue;
    const sample =
      /^([a-zA-Z_:][\w:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)*\})? (?:[+-]?Inf|NaN|-?[\d.e+-]+)$/.exec(line);
    const [, name = '', labelText = ''] = sample ?? [];
    if (sample === null) faults.push(`no sample: ${line}`);
    if (seen.has(name + labelText)) faults.push(`twice: ${line}`);
    seen.add(name + labelText);
    if (!types.has(name) && !types.has(name.replace(/_(bucket|sum|count)$/, ''))) faults.push(`no type: ${line}`);
  }
  return faults;
}

void t.test('metrics', async (t) => {
  await t.test('are asked for when the page is made, and what is not told any more is gone', async (t) => {
    const metrics = newMetrics();
    const named = new Map([
      ['a', 1],
      ['b', 2],
    ]);
    metrics.gauge({
      name: 'age',
      help: 'Age.',
      labelNames: ['of'],
      collectsAll: true,
      collect: (target) => named.forEach((value, of) => target.set({ of }, value)),
    });
    t.same(linesOf((await metrics.render()).body, 'age'), ['age{of="a"} 1', 'age{of="b"} 2']);
    named.delete('a');
    t.same(linesOf((await metrics.render()).body, 'age'), ['age{of="b"} 2']);
  });

  await t.test('show counters, gauges and histograms', async (t) => {
    const metrics = newMetrics();
    const counter = metrics.counter({ name: 'jobs_total', help: 'Jobs\nby \\ kind.', labelNames: ['kind'] });
    counter.inc({ kind: 'a "b" \\c\n' });
    counter.inc({ kind: 'x' }, 2.5);
    counter.inc({ kind: 'x' }, -1);
    counter.inc({ kind: 'x' }, Number.NaN);
    const gauge = metrics.gauge({ name: 'depth', help: 'Depth.', labelNames: [] });
    gauge.set({}, 4);
    gauge.add({}, -6);
    const histogram = metrics.histogram({
      name: 'took_seconds',
      help: 'Time.',
      labelNames: ['step'],
      buckets: [0.1, 1],
    });
    for (const seconds of [0.1, 0.5, 7, Infinity, Number.NaN]) histogram.observe({ step: 's' }, seconds);
    const { contentType, body } = await metrics.render();
    t.equal(contentType, 'text/plain; version=0.0.4; charset=utf-8');
    t.same(checkPage(body), []);
    t.match(
      body,
      [
        '# HELP jobs_total Jobs\\nby \\\\ kind.',
        '# TYPE jobs_total counter',
        'jobs_total{kind="a \\"b\\" \\\\c\\n"} 1',
        'jobs_total{kind="x"} 2.5',
        '# HELP depth Depth.',
        '# TYPE depth gauge',
        'depth -2',
        '# HELP took_seconds Time.',
        '# TYPE took_seconds histogram',
        'took_seconds_bucket{step="s",le="0.1"} 1',
        'took_seconds_bucket{step="s",le="1"} 2',
        'took_seconds_bucket{step="s",le="+Inf"} 3',
        'took_seconds_sum{step="s"} 7.6',
        'took_seconds_count{step="s"} 3',
        '',
      ].join('\n'),
    );
  });

  await t.test('ask for values when they are shown, and forget those whose subject is gone', async (t) => {
    const metrics = newMetrics();
    let total = 7;
    metrics.counter({
      name: 'seen_total',
      help: 'h',
      labelNames: ['a'],
      collect: (target) => target.set({ a: 'x' }, total),
    });
    const gauge = metrics.gauge({
      name: 'up',
      help: 'h',
      labelNames: ['a'],
      collect: (target) => target.set({ a: 'late' }, 1),
    });
    gauge.set({ a: 'gone' }, 1);
    const histogram = metrics.histogram({ name: 'took', help: 'h', labelNames: ['a'], buckets: [1] });
    histogram.observe({ a: 'gone' }, 1);
    t.match((await metrics.render()).body, 'seen_total{a="x"} 7\n');
    total = 9;
    gauge.remove({ a: 'gone' });
    histogram.remove({ a: 'gone' });
    const { body } = await metrics.render();
    t.match(body, 'seen_total{a="x"} 9\n');
    t.same(linesOf(body, 'up'), ['up{a="late"} 1']);
    t.same(linesOf(body, 'took'), []);
  });

  await t.test('keep no more series than allowed, nor long values: the rest shares one series', async (t) => {
    const metrics = newMetrics();
    const counter = metrics.counter({ name: 'paths_total', help: 'h', labelNames: ['path', 'code'], maxSeries: 3 });
    for (let i = 0; i < 10; i++) counter.inc({ path: `/${i}`, code: '200' });
    counter.inc({ path: '/0', code: '200' });
    const body = (await metrics.render()).body;
    t.same(linesOf(body, 'paths_total'), [
      'paths_total{path="/0",code="200"} 2',
      'paths_total{path="/1",code="200"} 1',
      'paths_total{path="/2",code="200"} 1',
      'paths_total{path="overflow",code="overflow"} 7',
    ]);
    const long = metrics.counter({ name: 'long_total', help: 'h', labelNames: ['path'] });
    for (const end of ['a', 'b']) long.inc({ path: 'x'.repeat(100_000) + end });
    t.same(linesOf((await metrics.render()).body, 'long_total'), ['long_total{path="overflow"} 2']);
    metrics.requests.finished({ ...labels, resource: 'x'.repeat(100_000) }, { code: 404, seconds: 1 });
    t.match(linesOf((await metrics.render()).body, 'apiserver_request_total'), [/resource="overflow"/]);
  });

  await t.test('refuse what Prometheus would refuse', async (t) => {
    const metrics = newMetrics();
    metrics.gauge({ name: 'a', help: '', labelNames: [] });
    t.throws(() => metrics.counter({ name: 'a', help: '', labelNames: [] }), {
      message: 'there is a metric a already',
    });
    t.throws(() => metrics.counter({ name: 'a-b', help: '', labelNames: [] }), TypeError);
    t.throws(() => metrics.gauge({ name: 'b', help: '', labelNames: ['__x'] }), TypeError);
    t.throws(() => metrics.histogram({ name: 'c', help: '', labelNames: ['le'], buckets: [1] }), TypeError);
    t.throws(() => metrics.histogram({ name: 'c', help: '', labelNames: [], buckets: [1, 1] }), TypeError);
  });

  await t.test('of two servers do not mix', async (t) => {
    const [one, other] = [newMetrics(), newMetrics()];
    one.requests.tlsHandshakeError();
    t.match((await one.render()).body, 'apiserver_tls_handshake_errors_total 1\n');
    t.match((await other.render()).body, 'apiserver_tls_handshake_errors_total 0\n');
  });

  await t.test('of the process and of Node come from prom-client, once they are asked for', async (t) => {
    t.notMatch((await newMetrics().render()).body, 'process_');
    const metrics = newMetrics({ process: true });
    const { user, system } = process.cpuUsage();
    const { body } = await metrics.render();
    const seconds = Number(/^process_cpu_seconds_total (\S+)$/m.exec(body)?.[1]);
    t.ok(seconds >= (user + system) / 1e6, 'what was used before the first page counts, too');
    t.match(body, /^process_resident_memory_bytes \d+$/m);
    t.match(body, /^nodejs_version_info\{/m);
    t.same(checkPage(body), []);
    t.same(checkPage((await metrics.render()).body), []);
  });

  await t.test('tell which build this is', async (t) => {
    const metrics = newMetrics();
    addBuildInfo(metrics, {
      major: '1',
      minor: '36',
      gitVersion: 'v1.36.0+tributary.0.1.0',
      gitCommit: '',
      gitTreeState: '',
      buildDate: '1970-01-01T00:00:00Z',
      goVersion: 'node24.1.0',
      compiler: 'v8',
      platform: 'linux/amd64',
    });
    t.match(
      (await metrics.render()).body,
      'kubernetes_build_info{major="1",minor="36",git_version="v1.36.0+tributary.0.1.0",git_commit="",git_tree_state="",build_date="1970-01-01T00:00:00Z",go_version="node24.1.0",compiler="v8",platform="linux/amd64"} 1\n',
    );
  });
});

void t.test('request metrics', async (t) => {
  await t.test('count a request under its labels', async (t) => {
    const metrics = newMetrics();
    metrics.requests.finished(labels, { code: 200, seconds: 0.03, sliSeconds: 0.01, responseBytes: 5000 });
    metrics.requests.finished(labels, { code: 404, seconds: 2, responseBytes: 100 });
    const { body } = await metrics.render();
    t.same(checkPage(body), []);
    const all = `${place},component="apiserver"`;
    for (const line of [
      `apiserver_request_total{verb="GET",dry_run="",${all},code="200"} 1`,
      `apiserver_request_total{verb="GET",dry_run="",${all},code="404"} 1`,
      `apiserver_request_duration_seconds_bucket{verb="GET",dry_run="",${all},le="0.025"} 0`,
      `apiserver_request_duration_seconds_bucket{verb="GET",dry_run="",${all},le="0.05"} 1`,
      `apiserver_request_duration_seconds_bucket{verb="GET",dry_run="",${all},le="60"} 2`,
      `apiserver_request_duration_seconds_count{verb="GET",dry_run="",${all}} 2`,
      `apiserver_request_sli_duration_seconds_sum{verb="GET",${all}} 2.01`,
      `apiserver_response_sizes_bucket{verb="GET",${all},le="1000"} 1`,
      `apiserver_response_sizes_sum{verb="GET",${all}} 5100`,
    ]) {
      t.ok(body.includes(`${line}\n`), line);
    }
  });

  await t.test(
    'leave dry runs out of the service level, and the size of answers to writes out of the sizes',
    async (t) => {
      const metrics = newMetrics();
      const { requests } = metrics;
      requests.finished({ ...labels, verb: 'POST', dryRun: 'All' }, { code: 201, seconds: 1, responseBytes: 9 });
      const { body } = await metrics.render();
      t.equal(linesOf(body, 'apiserver_request_total').length, 1);
      t.same(linesOf(body, 'apiserver_request_sli_duration_seconds'), []);
      t.same(linesOf(body, 'apiserver_response_sizes'), []);
    },
  );

  await t.test(
    'follow long-running requests, terminations, aborts, watch events and the number in flight',
    async (t) => {
      const metrics = newMetrics();
      const { requests } = metrics;
      const watch = { ...labels, verb: 'WATCH' };
      const end = requests.longRunning(watch);
      requests.longRunning(watch);
      end();
      end();
      requests.terminated(labels, 429);
      requests.aborted(labels);
      requests.inflight('readOnly', 3);
      requests.watchEvents(labels)(3000);
      const { body } = await metrics.render();
      t.same(checkPage(body), []);
      for (const line of [
        `apiserver_longrunning_requests{verb="WATCH",${place},component="apiserver"} 1`,
        `apiserver_request_terminations_total{verb="GET",${place},component="apiserver",code="429"} 1`,
        `apiserver_request_aborts_total{verb="GET",${place}} 1`,
        'apiserver_current_inflight_requests{request_kind="readOnly"} 3',
        'apiserver_watch_events_total{group="example.com",version="v1",resource="widgets"} 1',
        'apiserver_watch_events_sizes_bucket{group="example.com",version="v1",resource="widgets",le="4096"} 1',
      ]) {
        t.ok(body.includes(`${line}\n`), line);
      }
      t.same(linesOf(body, 'apiserver_request_duration_seconds'), [], 'nothing has finished');
    },
  );

  await t.test('stay bounded when clients and backends invent labels and codes', async (t) => {
    const metrics = newMetrics();
    const { requests } = metrics;
    for (let i = 0; i < 1500; i++) requests.finished({ ...labels, resource: `r${i}` }, { code: 200, seconds: 1 });
    for (let i = 0; i < 900; i++) requests.finished({ ...labels, resource: 'r0' }, { code: 100 + i, seconds: 1 });
    const { body } = await metrics.render();
    t.same(checkPage(body), []);
    const totals = linesOf(body, 'apiserver_request_total');
    t.ok(totals.length < 1050, `${totals.length} lines`);
    t.ok(totals.some((line) => line.includes('resource="overflow"') && line.endsWith('code="200"} 500')));
    t.ok(totals.some((line) => line.includes('resource="r0"') && line.includes('code="overflow"')));
    const sum = totals.reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0);
    t.equal(sum, 2400, 'nothing is lost');
  });
});

void t.test('labels of requests follow upstream', async (t) => {
  const info = {
    isResourceRequest: true,
    path: '/apis/apps/v1/namespaces/n/deployments/d',
    verb: 'get',
    apiGroup: 'apps',
    apiVersion: 'v1',
    namespace: 'n',
    resource: 'deployments',
    subresource: '',
    name: 'd',
  };
  const of = (
    method: string,
    change: Partial<typeof info> = {},
    more: { contentType?: string; query?: string } = {},
  ): RequestLabels => {
    const { contentType, query = '' } = more;
    return toRequestLabels({
      method,
      query: new URLSearchParams(query),
      info: { ...info, ...change },
      ...(contentType === undefined ? {} : { contentType }),
    });
  };
  const none = {
    isResourceRequest: false,
    verb: 'get',
    apiGroup: '',
    apiVersion: '',
    namespace: '',
    resource: '',
    name: '',
  };
  t.same(of('GET'), {
    verb: 'GET',
    dryRun: '',
    group: 'apps',
    version: 'v1',
    resource: 'deployments',
    subresource: '',
    scope: 'resource',
  });
  t.match(of('HEAD'), { verb: 'GET' });
  t.match(of('GET', { verb: 'list', name: '' }), { verb: 'LIST', scope: 'namespace' });
  t.match(of('GET', { verb: 'list', name: '', namespace: '' }), { verb: 'LIST', scope: 'cluster' });
  t.match(of('GET', { verb: 'watch', name: '' }), { verb: 'WATCH', scope: 'namespace' });
  t.match(of('POST', { verb: 'create', name: '' }), { verb: 'POST', scope: 'resource' });
  t.match(of('PUT', { verb: 'update', subresource: 'status' }), { verb: 'PUT', subresource: 'status' });
  t.match(of('PATCH', { verb: 'patch' }, { contentType: 'application/merge-patch+json' }), { verb: 'PATCH' });
  t.match(of('PATCH', { verb: 'patch' }, { contentType: 'application/apply-patch+yaml' }), { verb: 'APPLY' });
  t.match(of('DELETE', { verb: 'delete' }), { verb: 'DELETE' });
  t.match(of('DELETE', { verb: 'deletecollection', name: '' }), { verb: 'DELETECOLLECTION', scope: 'namespace' });
  t.match(of('GET', { subresource: 'log' }), { verb: 'CONNECT' });
  t.match(of('POST', { verb: 'create', subresource: 'exec' }), { verb: 'CONNECT' });
  t.match(of('BREW'), { verb: 'other' });
  t.match(of('POST', {}, { query: 'dryRun=All' }), { dryRun: 'All' });
  t.match(of('POST', {}, { query: 'dryRun=All&dryRun=All' }), { dryRun: 'All' });
  t.match(of('POST', {}, { query: 'dryRun=All&dryRun=x' }), { dryRun: 'invalid' });
  t.match(of('GET', { ...none, path: '/livez' }), { verb: 'GET', scope: '', subresource: '/livez', resource: '' });
  t.match(of('GET', { ...none, path: '/version' }), { verb: 'GET', scope: '', subresource: '' });
});
