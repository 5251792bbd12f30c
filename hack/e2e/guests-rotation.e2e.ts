import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { APIClient } from '../../pkg/testing/api-client.ts';
import { type TestAuthority, newTestAuthority } from '../../pkg/testing/pki.ts';
import { complaintsIn } from './guests/complaints.ts';
import type { GoServer } from './guests/go-server.ts';
import { newSampleServer } from './guests/sample-apiserver.ts';
import { eventually } from './harness/eventually.ts';
import { newDataDir, startGateway } from './harness/gateway.ts';
import { newGatewayClient } from './harness/gateway-client.ts';
import { newKubectl } from './harness/kubectl.ts';

const FLUNDERS = '/apis/wardle.example.com/v1alpha1/flunders';
const TRUST = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';

t.test('the CA by which servers know the gateway is replaced, and neither of them is restarted', async (t) => {
  const folder = await newDataDir(t);
  const files = ['ca', 'client.crt', 'client.key'].map((name) => join(folder, name));
  const [ca = '', cert = '', key = ''] = files;
  const [old, next] = [await newTestAuthority({ commonName: 'old' }), await newTestAuthority({ commonName: 'new' })];
  const usePair = async (authority: TestAuthority): Promise<void> => {
    const pair = await authority.client('edge');
    await Promise.all([writeFile(cert, pair.certPEM), writeFile(key, pair.keyPEM)]);
  };
  await writeFile(ca, old.caPEM);
  await usePair(old);
  const gateway = await startGateway(t, {
    args: [
      '--v=1',
      `--requestheader-client-ca-file=${ca}`,
      '--requestheader-allowed-names=edge',
      `--proxy-client-cert-file=${cert}`,
      `--proxy-client-key-file=${key}`,
    ],
  });
  const [kubectl, admin] = [await newKubectl(t, gateway), await newGatewayClient(t, gateway)];
  const sample = await newSampleServer(t, gateway.dataDir);
  await kubectl.ok(['apply', '-f', '-'], sample.manifests);
  const wardle = await sample.start();
  await eventually('the service to answer', async () => (await admin.get(FLUNDERS)).status === 200);
  const [byOld, byNew] = [await vouching(t, wardle, old), await vouching(t, wardle, next)];
  t.equal(await byOld(), 200);
  t.not(await byNew(), 200, 'a CA that nobody named');

  const traffic = startTraffic(admin);
  await writeFile(ca, old.caPEM + next.caPEM);
  await eventually('both CAs to be believed', async () => (await byNew()) === 200, { seconds: 90 });
  await usePair(next);
  const isTaken = (line: string): true | undefined => (line.includes('Reloaded') && line.includes(cert)) || undefined;
  await gateway.process.waitFor('taking the new certificate', isTaken);
  await writeFile(ca, next.caPEM);
  // What was ever believed stays in it, as upstream, until somebody takes it out; and it comes back until the gateway has seen the file.
  const takeOut = async (): Promise<void> => {
    const headers = { 'Content-Type': 'application/merge-patch+json' };
    const body = { data: { 'requestheader-client-ca-file': next.caPEM } };
    const { status } = await admin.send('PATCH', TRUST, { headers, body });
    if (status !== 200) throw new Error(`PATCH: ${status}`);
  };
  const isForgotten = async (): Promise<boolean> => {
    await takeOut();
    return (await byOld()) !== 200;
  };
  await eventually('the old CA to be believed no more', isForgotten, { seconds: 90, everyMilliseconds: 500 });
  t.equal((await admin.get(FLUNDERS)).status, 200, 'the gateway has another certificate');
  const answers = await traffic();
  t.ok(answers.length > 3, `${answers.length} requests in the meantime`);
  t.same(
    answers.filter((status) => status !== 200),
    [],
    'none was refused',
  );
  t.same(
    complaintsIn(wardle.process.stderr()).filter((line) => !/unknown authority/.test(line)),
    [],
  );
});

/** Asks a server as if one were the gateway. */
async function vouching(t: Test, server: GoServer, authority: TestAuthority): Promise<() => Promise<number>> {
  const { certPEM, keyPEM } = await authority.client('edge');
  const client = server.client({ cert: certPEM, key: keyPEM });
  t.teardown(() => client.close());
  const headers = { 'X-Remote-User': 'admin', 'X-Remote-Group': 'system:masters' };
  return async () => (await client.get(FLUNDERS, { headers })).status;
}

/** Asks again and again; the function ends it and gives the status codes. */
function startTraffic(admin: APIClient): () => Promise<readonly number[]> {
  const answers: number[] = [];
  const end = new AbortController();
  const asking = (async () => {
    while (!end.signal.aborted) answers.push((await admin.get(FLUNDERS)).status);
  })();
  return async () => {
    end.abort();
    await asking;
    return answers;
  };
}
