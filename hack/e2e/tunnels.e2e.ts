import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { startHTTPBackend } from '../../pkg/testing/fake-backend.ts';
import { newTestAuthority } from '../../pkg/testing/pki.ts';
import { openRawClient, type RawClient } from '../../pkg/testing/raw-client.ts';
import { residentMiB } from '../bench/lib/proc.ts';
import { newDiscoveryAnswer } from './harness/backend.ts';
import { eventually } from './harness/eventually.ts';
import { type Gateway, startGateway } from './harness/gateway.ts';
import { newGatewayClient } from './harness/gateway-client.ts';
import { newKubectl } from './harness/kubectl.ts';
import { toManifests } from './harness/registration.ts';

const protocols = ['websocket', 'SPDY/3.1'] as const;

/** Opens tunnels, of all protocols alike, some at a time. */
async function openTunnels(gateway: Gateway, count: number): Promise<readonly RawClient[]> {
  const read = (name: string): Promise<string> => readFile(join(gateway.dataDir, 'pki', name), 'utf8');
  const tls = { ca: await read('ca.crt'), cert: await read('admin.crt'), key: await read('admin.key') };
  const open = async (index: number): Promise<RawClient> => {
    const client = await openRawClient({ port: gateway.port, ...tls, servername: 'localhost' });
    const protocol = protocols[index % protocols.length];
    const target = `/apis/tunnel.example.com/v1/namespaces/default/shells/s${index}/exec`;
    client.send(`GET ${target} HTTP/1.1\r\nHost: gateway\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`);
    await client.until(/^HTTP\/1\.1 101 [^]*\r\n\r\n/);
    return client;
  };
  const clients: RawClient[] = [];
  const batch = 20;
  while (clients.length < count) {
    const first = clients.length;
    clients.push(...(await Promise.all(Array.from({ length: batch }, (_, index) => open(first + index)))));
  }
  return clients;
}

/** A service that switches to what it is asked for, and echoes. */
async function startEcho(t: Test) {
  const authority = await newTestAuthority();
  const serving = await authority.serving(['localhost']);
  const backend = await startHTTPBackend({
    serving,
    onRequest: newDiscoveryAnswer('tunnel.example.com/v1'),
    onUpgrade: ({ headers }: IncomingMessage, socket: Socket) => {
      socket.write(`HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: ${headers.upgrade}\r\n\r\n`);
      socket.on('error', () => undefined).pipe(socket);
    },
  });
  t.teardown(() => backend.close());
  return { backend, ca: authority.caPEM };
}

t.test('a thousand idle tunnels through a gateway', async (t) => {
  const gateway = await startGateway(t);
  const { backend, ca } = await startEcho(t);
  const [kubectl, api] = [await newKubectl(t, gateway), await newGatewayClient(t, gateway)];
  const registration = toManifests({ group: 'tunnel.example.com', host: 'localhost', port: backend.port, ca });
  await kubectl.ok(['apply', '-f', '-'], registration);
  await kubectl.ok(['wait', '--for=condition=Available', '--timeout=30s', 'apiservice/v1.tunnel.example.com']);
  const running = async (): Promise<number> => {
    const { text } = await api.get('/metrics');
    return Number(/^tributary_backend_tunnels\{[^}]*tunnel\.example\.com[^}]*\} (\d+)$/m.exec(text)?.[1] ?? 0);
  };

  // The first ones bring code and buffers that the others find there.
  const first = await openTunnels(gateway, 200);
  const before = await residentMiB(gateway.process.pid);
  const others = await openTunnels(gateway, 1000);
  const all = [...first, ...others];
  t.equal(await running(), all.length);
  const after = await residentMiB(gateway.process.pid);
  const each = ((after - before) * 1024) / others.length;
  t.comment(
    `${Math.round(before)} MiB with ${first.length}, ${Math.round(after)} MiB with ${all.length}: ${Math.round(each)} kB each`,
  );
  t.ok(each < 250, `${Math.round(each)} kB each`);

  all.forEach((client, index) => client.send(`number ${index}.`));
  await Promise.all(all.map((client, index) => client.until(`number ${index}.`)));
  t.match(await api.get('/readyz'), { status: 200 }, 'others are served');
  const asked = performance.now();
  await api.get('/api/v1/namespaces');
  t.comment(`a list beside them: ${Math.round(performance.now() - asked)} ms`);

  for (const { socket } of others) socket.destroy();
  await eventually('those tunnels to end', async () => (await running()) === first.length);
  t.same(await gateway.stop(), { code: 0, signal: null }, 'a gateway that stops does not wait for the others');
  await Promise.all(first.map(({ closed }) => closed));
  await eventually('the service to be left', () => backend.open() === 0);
});
