import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { parseYAML } from '../apimachinery/yaml/parse.ts';
import { systemClock } from '../component/id/clock.ts';
import { ensureGatewayPKI, type GatewayPKIOptions } from '../pki/gateway-pki.ts';
import { emitAdminKubeconfig, emitServiceKubeconfig } from './emit-kubeconfig.ts';
import { newKubeconfig } from './new-kubeconfig.ts';
import { toKubeconfigYAML } from './to-kubeconfig-yaml.ts';
import { writeKubeconfig } from './write-kubeconfig.ts';

const server = 'https://127.0.0.1:8443';

function issuing(dataDir: string): GatewayPKIOptions {
  return { dataDir, clock: systemClock, report: () => {}, keyAlgorithm: 'ecdsa-p256' };
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString();
}

t.test('writes the file as kubectl does, in block style', (t) => {
  const config = newKubeconfig({
    clusterName: 'tributary',
    server,
    caPEM: 'CA',
    userName: 'admin',
    credentials: { certPEM: 'CERT', keyPEM: 'KEY' },
  });
  t.equal(
    toKubeconfigYAML(config),
    `apiVersion: "v1"
kind: "Config"
clusters:
- name: "tributary"
  cluster:
    server: "https://127.0.0.1:8443"
    certificate-authority-data: "Q0E="
users:
- name: "admin"
  user:
    client-certificate-data: "Q0VSVA=="
    client-key-data: "S0VZ"
contexts:
- name: "tributary"
  context:
    cluster: "tributary"
    user: "admin"
current-context: "tributary"
`,
  );
  t.end();
});

t.test('takes a token, a namespace and a server name', (t) => {
  const config = newKubeconfig({
    clusterName: 'c',
    server,
    tlsServerName: 'gw.example',
    userName: 'u',
    credentials: { token: 'abc' },
    namespace: 'tools',
  });
  t.same(config.clusters, [{ name: 'c', cluster: { server, 'tls-server-name': 'gw.example' } }]);
  t.same(config.users, [{ name: 'u', user: { token: 'abc' } }]);
  t.same(config.contexts, [{ name: 'c', context: { cluster: 'c', user: 'u', namespace: 'tools' } }]);
  t.end();
});

t.test('keeps every value exactly, whatever is in it', async (t) => {
  for (const value of [
    '',
    'no',
    '1',
    '~',
    'a: b # c',
    '- x',
    'x\n---\ny',
    '"quoted\\"',
    "it's",
    'Jürgen 日本 😀',
    '\0\u0007\t\u007f\u0085\u00a0\u2028\u2029\ufeff\uffff',
  ]) {
    const config = newKubeconfig({ clusterName: value, server: value, userName: value, credentials: { token: value } });
    t.same(await parseYAML(toKubeconfigYAML(config)), config, encodeURIComponent(value));
  }
});

t.test('writes for the owner only, and only what has changed', async (t) => {
  const path = join(t.testdir(), 'kubeconfig', 'x.kubeconfig');
  const config = newKubeconfig({ clusterName: 'c', server, userName: 'u', credentials: { token: 'abc' } });
  t.equal(await writeKubeconfig(path, config), true);
  t.equal((await stat(path)).mode & 0o777, 0o600);
  t.equal((await stat(join(path, '..'))).mode & 0o777, 0o700);
  const { ino } = await stat(path);
  t.equal(await writeKubeconfig(path, config), false);
  t.equal((await stat(path)).ino, ino);

  await writeFile(path, 'spoilt');
  t.equal(await writeKubeconfig(path, config), true);
  t.equal(await readFile(path, 'utf8'), toKubeconfigYAML(config));
  await t.rejects(writeKubeconfig(join(path, 'x', 'y'), config), 'a folder that cannot be made');
});

t.test('emits the kubeconfig for people, the same at each start', async (t) => {
  const dataDir = join(t.testdir(), 'data');
  const start = async (url: string): Promise<{ path: string; written: boolean }> => {
    const { authority, admin } = await ensureGatewayPKI(issuing(dataDir));
    return emitAdminKubeconfig({ dataDir, server: url, caPEM: authority.certPEM, pair: admin.pair });
  };
  const path = join(dataDir, 'kubeconfig', 'admin.kubeconfig');
  t.same(await start(server), { path, written: true });
  const before = await readFile(path, 'utf8');
  t.same(await start(server), { path, written: false });
  t.equal(await readFile(path, 'utf8'), before);
  t.same(await start('https://127.0.0.1:9443'), { path, written: true });

  const config = (await parseYAML(before)) as ReturnType<typeof newKubeconfig>;
  t.match(config, { 'current-context': 'tributary', users: [{ name: 'admin' }], contexts: [{ name: 'tributary' }] });
  const embedded = config.clusters[0]?.cluster['certificate-authority-data'] ?? '';
  t.equal(fromBase64(embedded), await readFile(join(dataDir, 'pki', 'ca.crt'), 'utf8'));
  const key = config.users[0]?.user['client-key-data'] ?? '';
  t.equal(fromBase64(key), await readFile(join(dataDir, 'pki', 'admin.key'), 'utf8'));
});

t.test('emits the kubeconfig of a service with a client certificate of its own', async (t) => {
  const dataDir = join(t.testdir(), 'data');
  const request = { ...issuing(dataDir), service: 'metrics', server, namespace: 'tools', groups: ['readers'] };
  const { path, written, client } = await emitServiceKubeconfig(request);
  t.same([path, written], [join(dataDir, 'kubeconfig', 'metrics.kubeconfig'), true]);
  t.match(await parseYAML(await readFile(path, 'utf8')), {
    users: [{ name: 'system:tributary:service:metrics' }],
    contexts: [{ name: 'tributary', context: { namespace: 'tools' } }],
  });
  t.equal(client.pair.certificate.subject, 'O=readers\nCN=system:tributary:service:metrics');
  t.equal((await emitServiceKubeconfig(request)).written, false);
  await t.rejects(emitServiceKubeconfig({ ...request, service: '../admin' }), { code: 'InvalidName' });
  await t.rejects(emitServiceKubeconfig({ ...request, service: 'admin' }), { code: 'InvalidName' });
});
