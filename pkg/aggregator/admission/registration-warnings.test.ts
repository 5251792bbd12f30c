import t from 'tap';
import { apiServiceKind } from '../../../apis/apiregistration/v1/api-service.ts';
import type { APIService, APIServiceSpec } from '../../../apis/apiregistration/v1/api-service-schema.ts';
import { externalNameKind } from '../../../apis/service.grafana.app/v0alpha1/external-name.ts';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { KindDefinition } from '../../apimachinery/schema/kind-definition.ts';
import { systemClock } from '../../component/id/clock.ts';
import type { AdmissionRequest } from '../../apiserver/admission/admission.ts';
import { anonymousUser } from '../../apiserver/user-info.ts';
import { newFakeClock } from '../../testing/fake-clock.ts';
import { newTestAuthority } from '../../testing/pki.ts';
import { ResolveError, type ResolvedService } from '../resolver/interface.ts';
import { newHostCheck } from './host-check.ts';
import { newRegistrationWarnings } from './registration-warnings.ts';

const day = 86_400_000;

interface World {
  readonly resolve?: () => ResolvedService;
  readonly others?: readonly APIService[];
  readonly end?: number;
  readonly now?: number;
}

/** The warnings about a write. */
async function warningsOf(
  kind: KindDefinition<never>,
  object: KubernetesObject,
  { resolve = found, others = [], end, now = 0, ...request }: World & Partial<AdmissionRequest> = {},
): Promise<string[]> {
  const texts: string[] = [];
  const hook = newRegistrationWarnings({
    resolver: { resolve },
    apiServices: () => others,
    isLocal: () => false,
    checkHost: async (host) => (host === 'nowhere.test' ? 'cannot be resolved (ENOTFOUND)' : undefined),
    findCertificateEnd: () => end,
    clock: { now: () => now, setTimeout: (callback) => systemClock.setTimeout(callback, 0) },
  });
  await hook.validate?.({
    operation: 'CREATE',
    kind: kind as unknown as KindDefinition,
    namespace: '',
    name: object.metadata.name ?? '',
    subresource: '',
    object,
    old: undefined,
    user: anonymousUser,
    dryRun: false,
    warn: (text) => texts.push(text),
    ...request,
  });
  return texts;
}

const found = (): ResolvedService => ({ addresses: [{ host: 'a.test', port: 7443 }], serverNames: [] });

function newAPIService(spec: Partial<APIServiceSpec> = {}, name = 'v1.a.example'): APIService {
  const service = { namespace: 'ns', name: 'svc', port: 7443 };
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name },
    spec: { group: 'a.example', version: 'v1', groupPriorityMinimum: 1000, versionPriority: 15, service, ...spec },
  };
}

const kind = apiServiceKind as unknown as KindDefinition<never>;

void t.test('a good registration is accepted without a word', async (t) => {
  t.same(await warningsOf(kind, newAPIService()), []);
  t.same(await warningsOf(kind, newAPIService(), { others: [newAPIService({}, 'v2.a.example')], end: day * 100 }), []);
});

void t.test('a service that is missing is told of', async (t) => {
  const resolve = (): never => {
    throw new ResolveError('ServiceNotFound', 'service/svc in "ns" is not present: create it');
  };
  t.same(await warningsOf(kind, newAPIService(), { resolve }), [
    'spec.service: service/svc in "ns" is not present: create it',
  ]);
  t.same(await warningsOf(kind, newAPIService(), { resolve, subresource: 'status' }), [], 'the status is our own');
  const old = newAPIService();
  t.same(await warningsOf(kind, newAPIService(), { resolve, old, operation: 'UPDATE' }), [], 'nothing has changed');
  const other = newAPIService({ versionPriority: 16 });
  t.same(await warningsOf(kind, other, { resolve, old, operation: 'UPDATE' }), [], 'the service is the same');
  const changed = newAPIService({ service: { namespace: 'ns', name: 'svc', port: 7444 } });
  t.equal((await warningsOf(kind, changed, { resolve, old, operation: 'UPDATE' })).length, 1);
  t.same(await warningsOf(kind, newAPIService({ service: undefined } as object), { resolve }), []);
});

void t.test('a service that is known a moment later is not missing', async (t) => {
  let asked = 0;
  const resolve = (): ResolvedService => {
    if (asked++ < 2) throw new ResolveError('ServiceNotFound', 'not yet');
    return found();
  };
  t.same(await warningsOf(kind, newAPIService(), { resolve }), []);
});

void t.test('a host that cannot be resolved is told of, on the APIService and on the ExternalName', async (t) => {
  const resolve = (): ResolvedService => ({ addresses: [{ host: 'nowhere.test', port: 1 }], serverNames: [] });
  t.same(await warningsOf(kind, newAPIService(), { resolve }), [
    'spec.service: the host "nowhere.test" of the service cannot be resolved (ENOTFOUND)',
  ]);
  const externalName = (host: string, annotations = {}): KubernetesObject =>
    ({ metadata: { name: 'x', annotations }, spec: { host } }) as unknown as KubernetesObject;
  const names = externalNameKind as unknown as KindDefinition<never>;
  t.same(await warningsOf(names, externalName('nowhere.test')), [
    'spec.host: the host "nowhere.test" cannot be resolved (ENOTFOUND)',
  ]);
  t.same(await warningsOf(names, externalName('a.test')), []);
  t.same(await warningsOf(names, externalName('nowhere.test', { 'service.tributary.dev/unix-socket': '/x' })), []);
});

void t.test('different priorities in one group are told of', async (t) => {
  const others = [
    newAPIService({ groupPriorityMinimum: 5 }),
    newAPIService({ groupPriorityMinimum: 2000 }, 'v2.a.example'),
    newAPIService({ group: 'b.example', groupPriorityMinimum: 7 }, 'v1.b.example'),
  ];
  t.same(await warningsOf(kind, newAPIService(), { others }), [
    'spec.groupPriorityMinimum: APIService v2.a.example of the same group has 2000 and this one 1000; the group stands at the highest, 2000',
  ]);
});

void t.test('certificates that end soon are told of', async (t) => {
  const authority = await newTestAuthority();
  const leaf = await authority.serving();
  const caBundle = Buffer.from(leaf.certPEM).toString('base64');
  const end = leaf.certificate.validToDate.getTime();
  const at = new Date(end).toISOString();
  t.same(await warningsOf(kind, newAPIService({ caBundle }), { now: end - 3.5 * day }), [
    `spec.caBundle: a certificate in it ends at ${at}, in 3 days`,
  ]);
  t.same(await warningsOf(kind, newAPIService({ caBundle }), { now: end + 1 }), [
    `spec.caBundle: a certificate in it ended at ${at}`,
  ]);
  t.same(await warningsOf(kind, newAPIService({ caBundle: 'bm8=' }), { now: end }), [], 'validation says what it is');
  t.match(await warningsOf(kind, newAPIService(), { end: day }), [
    /^spec\.service: the certificate of https:\/\/a\.test:7443 ends at 1970-01-02T.*, in 1 day$/,
  ]);
});

void t.test('hosts are checked within a second', async (t) => {
  const clock = newFakeClock();
  const asked: string[] = [];
  const missing = async (): Promise<never> => {
    throw Object.assign(new Error('no'), { code: 'ENOTFOUND' });
  };
  const check = newHostCheck({
    clock,
    askServers: missing,
    askSystem: async (host) => {
      asked.push(host);
      if (host === 'nowhere.test') throw new Error('no');
    },
  });
  t.equal(await check('127.0.0.1'), undefined);
  t.equal(await check('localhost'), undefined);
  t.same(asked, []);
  t.equal(await check('in-hosts-file'), undefined);
  t.equal(await check('nowhere.test'), 'cannot be resolved (ENOTFOUND)');
  const silent = newHostCheck({ clock, askServers: () => new Promise(() => undefined) });
  const pending = silent('slow.test');
  await clock.advance(1000);
  t.equal(await pending, 'could not be resolved within 1 s');
  t.equal(clock.pendingTimers(), 0);

  let answer: (() => void) | undefined;
  const busy = newHostCheck({
    clock,
    askServers: missing,
    askSystem: () => new Promise<void>((done) => (answer = done)),
  });
  const first = busy('one.test');
  await clock.advance(0);
  t.equal(await busy('two.test'), undefined, 'one name at a time takes a thread; nothing is said of another one');
  answer?.();
  t.equal(await first, undefined);
});
