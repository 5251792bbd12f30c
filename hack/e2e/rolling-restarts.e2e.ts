import { readFile, writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { APIClient } from '../../pkg/testing/api-client.ts';
import { newTestAuthority } from '../../pkg/testing/pki.ts';
import { eventually } from './harness/eventually.ts';
import { freePort } from './harness/free-port.ts';
import { newDataDir, startGateway } from './harness/gateway.ts';
import { newGatewayClient } from './harness/gateway-client.ts';
import { type RunningProcess, startProcess } from './harness/process.ts';
import { type APIServiceObject, availableOf, toManifests } from './harness/registration.ts';

/** A killed backend may leave an answer of which only the head has come, if head and body are sent apart, as over HTTP/2. */
const runs = [
  { protocol: 'http/1.1', restarts: 100, kills: true },
  { protocol: 'h2', restarts: 30, kills: false },
] as const;
const workers = 4;
/** Between two requests of a worker: the machine has restarts to see to, too. */
const paceMs = 8;

/** Endpoints are of other machines: an address of this one that is not the loopback. */
const host = Object.values(networkInterfaces())
  .flatMap((each) => each ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

/** One of the pair. */
interface Member {
  readonly port: number;
  /** Ends it and starts it again, and waits until it listens: then it is ready, as far as whoever restarts it can see. */
  readonly restart: (how: 'SIGTERM' | 'SIGKILL') => Promise<void>;
}

/** Two processes with one certificate and one journal of what was written. */
async function startPair(
  t: Test,
  protocol: string,
): Promise<{ readonly members: readonly Member[]; readonly ca: string; readonly journal: string }> {
  const folder = await newDataDir(t);
  const authority = await newTestAuthority();
  const { certPEM, keyPEM } = await authority.serving(['pair.default.svc']);
  const file = (name: string): string => join(folder, name);
  await writeFile(file('tls.crt'), certPEM);
  await writeFile(file('tls.key'), keyPEM, { mode: 0o600 });
  const start = async (port: number): Promise<RunningProcess> => {
    const args = [protocol, host ?? '', String(port), file('tls.crt'), file('tls.key'), file('journal')];
    const command = [process.execPath, 'hack/e2e/harness/restartable-backend.ts', ...args];
    const child = startProcess(t, { command, name: 'backend' });
    await child.waitFor('listening', (line) => line === 'listening' || undefined, 60);
    return child;
  };
  const newMember = async (): Promise<Member> => {
    const port = await freePort();
    let child = await start(port);
    const restart: Member['restart'] = async (how) => {
      child.signal(how);
      await child.exited;
      child = await start(port);
    };
    return { port, restart };
  };
  return { members: [await newMember(), await newMember()], ca: authority.caPEM, journal: file('journal') };
}

/** Registers the pair as a Service with an EndpointSlice for each. */
async function register(client: APIClient, ports: readonly number[], ca: string): Promise<void> {
  const metadata = { name: 'pair', namespace: 'default' };
  const { items } = JSON.parse(toManifests({ group: 'pair.example.com', host: '', port: 443, ca })) as {
    readonly items: readonly object[];
  };
  const slices = ports.map((port, index) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...metadata, name: `pair-${index}`, labels: { 'kubernetes.io/service-name': 'pair' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [host], conditions: { ready: true } }],
    ports: [{ name: 'api', port }],
  }));
  const service = { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ name: 'api', port: 443 }] } };
  const core = '/api/v1/namespaces/default/services';
  const discovery = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
  const registration = '/apis/apiregistration.k8s.io/v1/apiservices';
  for (const [path, body] of [
    [core, service],
    ...slices.map((slice) => [discovery, slice] as const),
    [registration, items[1]],
  ] as const) {
    const { status, text } = await client.send('POST', path, { body });
    if (status !== 201) throw new Error(`POST ${path}: ${status} ${text}`);
  }
  await eventually('the pair to be available', async () => {
    const { json } = await client.get(`${registration}/v1.pair.example.com`);
    return availableOf(json as APIServiceObject)?.status === 'True';
  });
}

/** What came of the load. */
class Load {
  readonly failedReads: string[] = [];
  readonly acknowledged: string[] = [];
  /** Causes of writes that may or may not have been done. */
  readonly unsure: string[] = [];
  reads = 0;
  writes = 0;
  readonly #client: APIClient;
  #stopped = false;

  constructor(client: APIClient) {
    this.#client = client;
  }

  /** Goes on until it is stopped: one write to two reads. */
  async run(worker: number): Promise<void> {
    let index = 0;
    while (!this.#stopped) {
      const id = `${worker}-${index++}`;
      if (index % 3 === 0) await this.#write(id);
      else await this.#read(index % 3 === 1 ? 'GET' : 'HEAD', id);
      await pause(paceMs);
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  async #write(id: string): Promise<void> {
    this.writes++;
    const { status, text } = await this.#send('POST', id);
    if (status === 200) this.acknowledged.push(id);
    else this.unsure.push(text);
  }

  async #read(method: string, id: string): Promise<void> {
    this.reads++;
    const { status, text } = await this.#send(method, id);
    const isRight = status === 200 && (method === 'HEAD' || text === id);
    if (!isRight) this.failedReads.push(`${method} ${id}: ${status} ${text}`);
  }

  async #send(method: string, id: string): Promise<{ readonly status: number; readonly text: string }> {
    const body = method === 'POST' ? { body: {} } : {};
    try {
      return await this.#client.send(method, '/apis/pair.example.com/v1/things', { headers: { 'X-Id': id }, ...body });
    } catch (error) {
      return { status: 0, text: String(error) };
    }
  }
}

const options = host === undefined ? { skip: 'this machine has no address but the loopback' } : {};

for (const run of runs) {
  t.test(`${run.restarts} restarts of a pair under load, ${run.protocol}`, options, (t) => restartUnderLoad(t, run));
}

async function restartUnderLoad(t: Test, { protocol, restarts, kills }: (typeof runs)[number]): Promise<void> {
  const gateway = await startGateway(t);
  const client = await newGatewayClient(t, gateway);
  const { members, ca, journal } = await startPair(t, protocol);
  await register(
    client,
    members.map(({ port }) => port),
    ca,
  );
  const load = new Load(client);
  const working = Promise.all(Array.from({ length: workers }, (_, worker) => load.run(worker)));
  const started = performance.now();
  for (let round = 0; round < restarts; round++) {
    // The other one goes as soon as this one is ready, as a rolling restart does it, and not only when the gateway has noticed.
    await members[round % 2]?.restart(kills && round % 5 === 4 ? 'SIGKILL' : 'SIGTERM');
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  load.stop();
  await working;

  const done = (await readFile(journal, 'utf8')).trimEnd().split('\n');
  const { reads, writes, failedReads, acknowledged } = load;
  t.comment(
    `${restarts} restarts in ${seconds}s; ${reads} reads, ${writes} writes, ${writes - acknowledged.length} of them not acknowledged`,
  );
  t.comment([...new Set(load.unsure)].join('\n'));
  t.same(failedReads, [], 'no read failed');
  t.equal(new Set(done).size, done.length, 'no write was done twice');
  const known = new Set(done);
  t.same(
    acknowledged.filter((id) => !known.has(id)),
    [],
    'what was acknowledged was done',
  );
  // Over HTTP/2 a backend that ends says which requests it has not looked at.
  const share = protocol === 'h2' ? 0.98 : 0.9;
  t.ok(acknowledged.length > writes * share, `${acknowledged.length} of ${writes} writes were acknowledged`);
  t.ok(reads > restarts * 5, `${reads} reads`);
}
