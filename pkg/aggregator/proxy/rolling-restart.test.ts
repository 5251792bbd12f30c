import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import { Agent, createServer, request as sendRequest, type Server as HTTPServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { parseRequestInfo } from '../../apiserver/endpoints/request-info.ts';
import { eventually } from '../../testing/eventually.ts';
import { newProxyPKI, toSettings } from '../../testing/proxy-fixture.ts';
import { startProxyFront } from '../../testing/proxy-front.ts';
import { newProxyDelegate } from '../handlers/proxy.ts';
import type { APIServiceSnapshot } from '../snapshot.ts';
import type { ProxyEngine } from './interface.ts';
import { newTransport } from './transport.ts';

const pki = await newProxyPKI();
const ca = pki.authority.caPEM;
// `ROLLING_RESTARTS=100` takes half a minute on a busy machine.
const restarts = Number(process.env['ROLLING_RESTARTS'] ?? 12);
/** How often each write was done. */
const writes = new Map<string, number>();

/** A backend that can be restarted on its port, as a process does that lets its requests end, or as one that is killed. */
async function startRestartable(http2: boolean) {
  let server: Server;
  let port = 0;
  let served = 0;
  const sockets = new Set<Socket>();
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const listen = async (): Promise<void> => {
    const keys = { cert: pki.serving.certPEM, key: pki.serving.keyPEM };
    server = http2 ? createSecureServer(keys) : createServer(keys);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const id = request.headers['x-id'];
      request.resume().once('end', () => {
        served++;
        if (request.method === 'POST') writes.set(String(id), (writes.get(String(id)) ?? 0) + 1);
        setTimeout(() => response.end(String(id)), 1);
      });
    });
    server.on('clientError', (_, socket) => socket.destroy()).on('tlsClientError', () => {});
    server.on('sessionError', () => {});
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  };
  await listen();
  return {
    port: () => port,
    served: () => served,
    async restart(how: 'gently' | 'killed'): Promise<void> {
      const closed = new Promise((resolve) => server.close(resolve));
      if (how === 'killed') cut();
      const idle = setInterval(
        () => 'closeIdleConnections' in server && (server as HTTPServer).closeIdleConnections(),
        1,
      );
      await closed;
      clearInterval(idle);
      await delay(5);
      await listen();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        cut();
      }),
  };
}

/** A service with two addresses behind the gateway's own routing. */
async function startService(http2: boolean) {
  const backends = [await startRestartable(http2), await startRestartable(http2)];
  const transports = backends.map((backend) => newTransport(toSettings(pki, backend.port())));
  const snapshot: APIServiceSnapshot = {
    name: 'v1.a.example',
    group: 'a.example',
    version: 'v1',
    groupPriorityMinimum: 1,
    versionPriority: 1,
    service: { namespace: 'ns', name: 'svc', port: 443 },
    addresses: [],
    transports,
    availability: { status: 'True', reason: 'Passed', message: '', since: '2026-01-01T00:00:00Z' },
  };
  const delegate = newProxyDelegate({
    aggregator: {
      lookup: () => snapshot,
      reportOutcome: () => undefined,
      subscribe: () => () => undefined,
    },
  });
  const engine: ProxyEngine = {
    async roundTrip(context) {
      const { method, path, query } = context;
      context.info = parseRequestInfo({ method, path, query });
      await delegate(context)?.(context);
      return { kind: 'completed', status: 0 };
    },
    upgrade: () => Promise.reject(new Error('nobody upgrades here')),
  };
  const front = await startProxyFront({ serving: pki.serving, engine: () => engine });
  return { backends, transports, front };
}

for (const [to, http2] of [
  ['HTTP/1.1', false],
  ['HTTP/2', true],
] as const) {
  t.test(
    `${restarts} restarts of a pair that speaks ${to}, under load: no read fails, no write is done twice`,
    async (t) => {
      writes.clear();
      const { backends, transports, front } = await startService(http2);
      const agent = new Agent({ keepAlive: true, maxSockets: 8, ca, servername: 'localhost' });
      t.teardown(async () => {
        agent.destroy();
        await Promise.all(transports.map((transport) => transport.destroy()));
        await front.close();
        await Promise.all(backends.map((backend) => backend.close()));
      });
      const send = (method: string, id: string): Promise<number> =>
        new Promise((resolve, reject) => {
          const headers = { 'X-Id': id, ...(method === 'POST' ? { 'Content-Length': 2 } : {}) };
          const path = '/apis/a.example/v1/things';
          const request = sendRequest(
            { agent, host: '127.0.0.1', port: front.port, method, path, headers },
            (response) => {
              let text = '';
              response.on('data', (chunk: Buffer) => (text += chunk.toString())).once('error', reject);
              response.once('end', () => {
                if (response.statusCode === 200 && method !== 'HEAD' && text !== id)
                  reject(new Error(`${id} got the answer to ${text}`));
                else resolve(response.statusCode ?? 0);
              });
            },
          );
          request.once('error', reject).end(method === 'POST' ? '{}' : undefined);
        });
      const restarting = { now: true };
      const counts = { reads: 0, failedReads: 0, writes: 0, failedWrites: 0 };
      const acknowledged: string[] = [];
      const work = async (worker: number): Promise<void> => {
        for (let index = 0; restarting.now; index++) {
          const id = `${worker}-${index}`;
          if (index % 3 === 0) {
            counts.writes++;
            if ((await send('POST', id)) === 200) acknowledged.push(id);
            else counts.failedWrites++;
          } else {
            counts.reads++;
            if ((await send(index % 3 === 1 ? 'GET' : 'HEAD', id).catch(() => 0)) !== 200) counts.failedReads++;
          }
        }
      };
      const working = Promise.all(Array.from({ length: 8 }, (_, worker) => work(worker)));
      for (let round = 0; round < restarts; round++) {
        const backend = backends[round % 2];
        // Over HTTP/2 a killed process may leave answers of which only the head has gone, and which nobody can ask for again.
        await backend?.restart(round % 5 === 4 && !http2 ? 'killed' : 'gently');
        // The other one goes only when this one is at work again, as a rolling restart does it.
        const before = backend?.served() ?? 0;
        await eventually('it is at work again', () => (backend?.served() ?? 0) > before + 3);
      }
      restarting.now = false;
      await working;
      t.comment(JSON.stringify(counts));
      t.equal(counts.failedReads, 0);
      t.ok(counts.reads > restarts * 2, `${counts.reads} reads`);
      t.same(
        [...writes].filter(([, times]) => times > 1),
        [],
        'no write was done twice',
      );
      t.same(
        acknowledged.filter((id) => !writes.has(id)),
        [],
        'what was acknowledged was done',
      );
      t.ok(
        counts.failedWrites < counts.writes / 4,
        `${counts.failedWrites} of ${counts.writes} writes were not acknowledged`,
      );
    },
  );
}
