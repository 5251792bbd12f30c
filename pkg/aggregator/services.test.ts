import type { ServerResponse } from 'node:http';
import t, { type Test } from 'tap';
import { type APIServerFixture, startAPIServer } from '../testing/api-server-fixture.ts';
import { eventually } from '../testing/eventually.ts';
import { type FakeBackend, startHTTPBackend } from '../testing/fake-backend.ts';
import { newTestAuthority } from '../testing/pki.ts';
import { newRecordingLogger, type RecordingLogger } from '../testing/recording-logger.ts';
import { newProxyDelegate } from './handlers/proxy.ts';
import { newTransport } from './proxy/transport.ts';
import {
  type AggregatorFixture,
  deleteObject,
  putExternalName,
  startAggregator,
} from './testing/aggregator-fixture.ts';
import { newEndpoints, newService, newSlice } from './testing/service-feeds.ts';

t.jobs = 4;

const authority = await newTestAuthority();
const name = 'v1.a.example';

/** A gateway with real connections to backends of this machine. */
interface Gateway extends AggregatorFixture {
  readonly logger: RecordingLogger;
  readonly api: APIServerFixture;
  /** Who answers a request, `503` when nobody does. */
  readonly ask: () => Promise<string>;
  /** Resolves when all of these backends answer, and no others. */
  readonly served: (...names: string[]) => Promise<void>;
}

async function start(t: Test): Promise<Gateway> {
  const logger = newRecordingLogger();
  const fixture = await startAggregator({ newTransport, logger, credentials: { gatewayCA: authority.caPEM } });
  t.teardown(() => fixture.stop());
  const { aggregator } = fixture;
  const api = await startAPIServer(t, { prepare: (server) => server.addDelegate(newProxyDelegate({ aggregator })) });
  const ask = async (): Promise<string> => {
    const { status, text } = await api.admin.send('GET', '/apis/a.example/v1/things');
    return status === 200 ? text : String(status);
  };
  const served = async (...names: string[]): Promise<void> => {
    const deadline = performance.now() + 5000;
    // Whoever has just come gets a tenth of the requests.
    const enough = names.length === 1 ? 2 : 60;
    for (let seen: string[] = []; ; seen = []) {
      while (seen.length < enough && names.includes(seen.at(-1) ?? names[0] ?? '')) seen.push(await ask());
      if (String([...new Set(seen)].toSorted()) === String(names.toSorted())) return;
      if (performance.now() > deadline) throw new Error(`${names.join()} do not answer, but ${seen.join()}`);
    }
  };
  return Object.assign(fixture, { logger, api, ask, served });
}

interface NamedBackend extends FakeBackend {
  /** Ends the requests that are under way. */
  readonly finish: () => void;
}

/** A backend that answers with its name; `?wait` keeps it in the middle of the answer. */
async function startNamed(t: Test, who: string, certificateName = 'svc.ns.svc'): Promise<NamedBackend> {
  const waiting: ServerResponse[] = [];
  const backend = await startHTTPBackend({
    serving: await authority.serving([certificateName]),
    onRequest(request, response) {
      response.setHeader('Content-Type', 'application/json');
      if (request.url === '/apis/a.example/v1') response.end('{"kind":"APIResourceList","resources":[]}');
      else if (request.url?.endsWith('?wait') === true) {
        response.write(`begun at ${who}`);
        waiting.push(response);
      } else response.end(who);
    },
  });
  t.teardown(() => backend.close());
  return Object.assign(backend, { finish: () => waiting.splice(0).forEach((each) => each.end(', ended')) });
}

function messageOf({ aggregator }: AggregatorFixture): string {
  return aggregator.describe().find((each) => each.name === name)?.message ?? '';
}

const listening = newService('svc', { ports: [{ port: 443 }] });

function sliceOf({ port }: FakeBackend, sliceName: string) {
  return newSlice({ name: sliceName, service: 'svc', hosts: ['127.0.0.1'], port });
}

t.test('a Service of type ExternalName is reached at its host, under either name', async (t) => {
  const gateway = await start(t);
  const byService = await startNamed(t, 'by-service');
  const byHost = await startNamed(t, 'by-host', 'localhost');
  await gateway.register({ name, port: byService.port });
  gateway.services.services.put(newService('svc', { type: 'ExternalName', externalName: 'localhost' }));
  await gateway.served('by-service');
  const ports = [{ port: byService.port, targetPort: byHost.port }];
  gateway.services.services.put(newService('svc', { type: 'ExternalName', externalName: 'localhost', ports }));
  await gateway.served('by-host');
});

t.test('of two endpoints one may die: the other gets the requests until it is back', async (t) => {
  const gateway = await start(t);
  const [one, two] = [await startNamed(t, 'one'), await startNamed(t, 'two')];
  const { services, endpoints } = gateway.services;
  services.put(listening);
  const toSubset = ({ port }: FakeBackend) => ({ addresses: [{ ip: '127.0.0.1' }], ports: [{ port }] });
  endpoints.put(newEndpoints('svc', [toSubset(one), toSubset(two)]));
  await gateway.register({ name, port: 443 });
  await gateway.served('one', 'two');
  await two.close();
  const answers: string[] = [];
  const post = async (): Promise<string> =>
    (await gateway.api.admin.send('POST', '/apis/a.example/v1/things', { body: { kind: 'Thing' } })).text;
  for (let index = 0; index < 20; index++) answers.push(await gateway.ask(), await post());
  t.same(new Set(answers), new Set(['one']), 'no request notices');
  t.equal(messageOf(gateway), 'all checks passed');
  await one.close();
  await eventually('nobody is there', () => messageOf(gateway).startsWith('connect https://127.0.0.1:'));
  t.equal(await gateway.ask(), '503');
  const three = await startNamed(t, 'three');
  endpoints.put(newEndpoints('svc', [toSubset(three), toSubset(two)]));
  await gateway.served('three');
});

t.test('a change of the slices leaves requests that are under way where they began', async (t) => {
  const gateway = await start(t);
  const [one, two] = [await startNamed(t, 'one'), await startNamed(t, 'two')];
  const { services, endpointSlices } = gateway.services;
  services.put(listening);
  endpointSlices.put(sliceOf(one, 's1'));
  await gateway.register({ name, port: 443 });
  await gateway.served('one');
  const statuses: string[] = [];
  gateway.aggregator.subscribe(({ current }) => statuses.push(String(current?.availability.status)));
  const running = gateway.api.admin.send('GET', '/apis/a.example/v1/things?wait');
  await eventually('the request is under way', () => one.open() > 0);
  endpointSlices.put(sliceOf(two, 's2'));
  await gateway.served('one', 'two');
  endpointSlices.delete('ns/s1');
  await gateway.served('two');
  t.equal(await Promise.race([running, Promise.resolve('still running')]), 'still running');
  one.finish();
  t.equal((await running).text, 'begun at one, ended');
  await eventually('the old connections are closed', () => one.open() === 0);
  t.same(new Set(statuses), new Set(['True']));
  endpointSlices.put({
    ...sliceOf(two, 's2'),
    endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: false } }],
  });
  t.equal(await gateway.ask(), '503');
  t.match(messageOf(gateway), /^endpointslices for service\/svc in "ns" have no addresses with port name "": of their/);
});

t.test('an ExternalName takes over from the Service of its name, says so, and gives it back', async (t) => {
  const gateway = await start(t);
  const one = await startNamed(t, 'service');
  const other = await startNamed(t, 'external', 'localhost');
  const { services, endpointSlices } = gateway.services;
  services.put(newService('svc', { ports: [{ port: other.port }] }));
  endpointSlices.put(sliceOf(one, 's1'));
  await gateway.register({ name, port: other.port });
  await gateway.served('service');
  await putExternalName(gateway.externalNames, 'svc', 'localhost');
  await gateway.served('external');
  const note = 'the ExternalName "svc" in namespace "ns" is used, and the Service of the same name is not';
  t.equal(messageOf(gateway), `all checks passed; ${note}`);
  const told = gateway.logger.lines.filter(({ level }) => level === 'warn');
  t.match(told, [{ message: 'APIService needs attention', fields: { apiService: name, note } }]);
  t.equal(told.length, 1, 'once');
  await deleteObject(gateway.externalNames, 'svc');
  await gateway.served('service');
  t.equal(messageOf(gateway), 'all checks passed');
});
