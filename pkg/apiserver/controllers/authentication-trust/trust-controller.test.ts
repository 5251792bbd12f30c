import t, { type Test } from 'tap';
import { eventually } from '../../../testing/eventually.ts';
import { newFakeClock } from '../../../testing/fake-clock.ts';
import { cloneJSON } from '../../../apimachinery/runtime/json.ts';
import { newTestAuthority } from '../../../testing/pki.ts';
import { standardFrontProxyHeaders } from '../../authentication/front-proxy.ts';
import { newControlPlane } from '../testing/control-plane.ts';
import { newTrustController } from './trust-controller.ts';
import { type AuthenticationTrust, mergeTrust } from './trust-data.ts';

const [clients, proxies, others] = [await newTestAuthority(), await newTestAuthority(), await newTestAuthority()];
const trust: AuthenticationTrust = {
  clientCAs: [clients.root.certificate],
  requestHeaderCAs: [proxies.root.certificate],
  allowedNames: ['front-proxy-client'],
  headers: standardFrontProxyHeaders,
};
const place = { namespace: 'kube-system', name: 'extension-apiserver-authentication' };
const write = {
  user: { name: 'x', uid: '', groups: [], extra: {} },
  manager: 'x',
  dryRun: false,
  warn: () => undefined,
};
const now = Date.now();

const expected = {
  'client-ca-file': clients.caPEM,
  'requestheader-allowed-names': '["front-proxy-client"]',
  'requestheader-client-ca-file': proxies.caPEM,
  'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
  'requestheader-group-headers': '["X-Remote-Group"]',
  'requestheader-uid-headers': '["X-Remote-Uid"]',
  'requestheader-username-headers': '["X-Remote-User"]',
};

t.test('what the ConfigMap says', async (t) => {
  t.strictSame(mergeTrust({}, trust, now), { data: expected, unreadable: [] });
  t.same(Object.keys(mergeTrust({}, trust, now).data), Object.keys(expected), 'in the order in which it is stored');
  t.strictSame(mergeTrust(expected, trust, now).data, expected);
  const another: AuthenticationTrust = {
    ...trust,
    requestHeaderCAs: [others.root.certificate, proxies.root.certificate],
    allowedNames: ['other', 'front-proxy-client'],
    headers: { ...standardFrontProxyHeaders, username: ['X-User', 'X-Remote-User'] },
  };
  const merged = mergeTrust(expected, another, now).data;
  t.match(merged, {
    'requestheader-allowed-names': '["front-proxy-client","other"]',
    'requestheader-client-ca-file': proxies.caPEM + others.caPEM,
    'requestheader-username-headers': '["X-Remote-User","X-User"]',
  });
  t.strictSame(mergeTrust(merged, trust, now).data, merged, 'what others wrote stays');
  const bare = mergeTrust({}, { ...trust, clientCAs: [], requestHeaderCAs: [] }, now);
  t.strictSame(bare.data, {}, 'without CAs there is nothing to believe');
});

t.test('expired CAs and what cannot be read', async (t) => {
  const until = clients.root.certificate.validToDate.getTime();
  t.equal(mergeTrust({}, trust, until + 299_000).data['client-ca-file'], clients.caPEM, 'clocks may differ');
  t.equal(mergeTrust(expected, { ...trust, clientCAs: [] }, until + 301_000).data['client-ca-file'], undefined);
  const broken = {
    'client-ca-file': 'garbage',
    'requestheader-allowed-names': '{}',
    'requestheader-group-headers': '[1]',
    'requestheader-uid-headers': '[',
  };
  const { data, unreadable } = mergeTrust(broken, trust, now);
  t.strictSame(data, expected);
  t.same(unreadable.toSorted(), Object.keys(broken).toSorted());
});

async function start(t: Test, startMs = Date.now()) {
  const plane = await newControlPlane(t);
  const clock = newFakeClock(startMs);
  let current = trust;
  const listeners: (() => void)[] = [];
  const controller = newTrustController({
    configMaps: plane.configMaps,
    trust: () => current,
    onTrustChange: (listener) => void listeners.push(listener),
    logger: plane.logger,
    clock,
  });
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: place.namespace } };
  await plane.namespaces.create(namespace, '', write).catch(() => undefined);
  return {
    ...plane,
    clock,
    controller,
    setTrust(next: AuthenticationTrust): void {
      current = next;
      for (const listener of listeners) listener();
    },
    read: async () => (await plane.configMaps.get(place)).data,
    /** Waits until the ConfigMap says this. */
    async becomes(data: object, what: string): Promise<void> {
      let said: string | undefined;
      const look = async (): Promise<void> => {
        said = await plane.configMaps.get(place).then(
          (found) => JSON.stringify(found.data ?? {}),
          () => undefined,
        );
      };
      await eventually(what, () => {
        void look();
        return said === JSON.stringify(data);
      });
    },
  };
}

t.test('it is there before anybody asks', async (t) => {
  const { controller, read, configMaps } = await start(t);
  await controller.ensure();
  t.strictSame(await read(), expected);
  const { resourceVersion } = (await configMaps.get(place)).metadata;
  await controller.ensure();
  t.equal((await configMaps.get(place)).metadata.resourceVersion, resourceVersion, 'and is not written for nothing');
});

t.test('it follows the CAs, and whoever changes it', async (t) => {
  const scene = await start(t);
  const { controller, configMaps, logger } = scene;
  scene.run(controller);
  await scene.becomes(expected, 'the ConfigMap');
  t.ok(controller.hasSynced());
  await configMaps.delete(place, write);
  await scene.becomes(expected, 'a new one after it was deleted');

  const change = (data: Record<string, string>) =>
    configMaps.update({ ...place, subresource: '', transform: (old) => ({ ...cloneJSON(old), data }) }, write);
  await change({ 'client-ca-file': 'garbage', more: 'x' });
  await scene.becomes(expected, 'the right one after somebody spoiled it');
  t.ok(logger.lines.some(({ level, message }) => level === 'warn' && /written anew/.test(message)));

  scene.setTrust({ ...trust, clientCAs: [others.root.certificate] });
  await scene.becomes({ ...expected, 'client-ca-file': clients.caPEM + others.caPEM }, 'the new CA beside the old one');
});

t.test('what cannot be corrected is made anew', async (t) => {
  const { controller, configMaps, read, logger } = await start(t);
  const wrong = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...place }, immutable: true, data: { a: 'b' } };
  await configMaps.create(wrong, place.namespace, write);
  await controller.ensure();
  t.strictSame(await read(), expected);
  t.ok(logger.lines.some(({ message }) => /made anew/.test(message)));
});

t.test('a CA that expires goes from it', async (t) => {
  const end = clients.root.certificate.validToDate.getTime();
  const scene = await start(t, end + 200_000);
  const { controller, clock } = scene;
  scene.run(controller);
  await scene.becomes(expected, 'the ConfigMap');
  await clock.waitForTimers();
  await clock.advance(120_000);
  await scene.becomes({}, 'nothing that is expired');
});
