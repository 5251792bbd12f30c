import t, { type Test } from 'tap';
import { newTestAuthority } from '../../pkg/testing/pki.ts';
import { newDiscoveryAnswer, startBackend, startBlackHole, startPlainBackend } from './harness/backend.ts';
import { eventually } from './harness/eventually.ts';
import { freePort } from './harness/free-port.ts';
import { startGateway } from './harness/gateway.ts';
import { type Kubectl, newKubectl } from './harness/kubectl.ts';
import {
  type APIServiceObject,
  type AvailableCondition,
  type RegistrationOptions,
  availableOf,
  toManifests,
} from './harness/registration.ts';

/** A sentence that a person can act on: what was seen, and what to do. */
interface Expected {
  readonly step: RegExp;
  readonly remedy: RegExp;
}

t.test('a service that cannot be used', async (t) => {
  const gateway = await startGateway(t);
  const kubectl = await newKubectl(t, gateway);
  const [authority, other] = await Promise.all([newTestAuthority(), newTestAuthority({ commonName: 'other-ca' })]);
  const ca = authority.caPEM;
  const names = ['localhost', '127.0.0.1'];
  const answer = newDiscoveryAnswer('case.example.com/v1');

  const cases: {
    name: string;
    backend: () => Promise<Partial<RegistrationOptions> & { port: number }>;
    expected: Expected;
  }[] = [
    {
      name: 'whose certificate has expired',
      backend: async () => ({
        port: await startBackend(t, await authority.serving(names, { validity: 'expired' }), answer),
      }),
      expected: { step: /expired/i, remedy: /renew|issue/i },
    },
    {
      name: 'whose certificate is of another authority',
      backend: async () => ({ port: await startBackend(t, await other.serving(names), answer) }),
      expected: { step: /authority|issuer|issued|signed|verif/i, remedy: /caBundle/ },
    },
    {
      name: 'whose caBundle is no certificate',
      backend: async () => ({ port: await startBackend(t, await authority.serving(names), answer), ca: 'hello' }),
      expected: { step: /caBundle/, remedy: /PEM/ },
    },
    {
      name: 'whose certificate has another name',
      backend: async () => ({
        port: await startBackend(t, await authority.serving(['elsewhere.example.com']), answer),
      }),
      expected: { step: /elsewhere\.example\.com/, remedy: /certificate/i },
    },
    {
      name: 'whose host does not resolve',
      backend: async () => ({ port: 443, host: 'no-such-host.invalid' }),
      expected: { step: /no-such-host\.invalid/, remedy: /host|DNS|ExternalName/ },
    },
    {
      name: 'that does not listen',
      backend: async () => ({ port: await freePort() }),
      expected: { step: /nothing listens|refused/i, remedy: /start|running|listen|port/i },
    },
    {
      name: 'that speaks plain HTTP',
      backend: async () => ({ port: await startPlainBackend(t, answer) }),
      expected: { step: /TLS|HTTP/, remedy: /HTTPS|TLS/ },
    },
    {
      name: 'that accepts and never answers',
      backend: async () => ({ port: await startBlackHole(t) }),
      expected: { step: /within|time|answer/i, remedy: /\w/ },
    },
    {
      name: 'that answers with a page',
      backend: async () => ({
        port: await startBackend(t, await authority.serving(names), (_, response) => void response.end('<html>')),
      }),
      expected: { step: /JSON/, remedy: /port|API server/ },
    },
    {
      name: 'that answers with another kind',
      backend: async () => ({
        port: await startBackend(
          t,
          await authority.serving(names),
          (_, response) => void response.end('{"kind":"Pod"}'),
        ),
      }),
      expected: { step: /Pod/, remedy: /port|API server/ },
    },
    {
      name: 'that answers with 404',
      backend: async () => ({
        port: await startBackend(
          t,
          await authority.serving(names),
          (_, response) => void response.writeHead(404).end(),
        ),
      }),
      expected: { step: /404/, remedy: /group and version|port/ },
    },
    {
      name: 'that refuses the gateway',
      backend: async () => ({
        port: await startBackend(
          t,
          await authority.serving(names),
          (_, response) => void response.writeHead(403).end(),
        ),
      }),
      expected: { step: /403/, remedy: /front-proxy|requestheader/ },
    },
    {
      name: 'that redirects',
      backend: async () => ({
        port: await startBackend(t, await authority.serving(names), (_, response) => {
          response.writeHead(302, { Location: 'https://elsewhere.example.com/' }).end();
        }),
      }),
      expected: { step: /302/, remedy: /redirect/ },
    },
  ];

  for (const [index, { name, backend, expected }] of cases.entries()) {
    await t.test(name, async (t) => {
      const group = `case${index}.example.com`;
      await kubectl.ok(['apply', '-f', '-'], toManifests({ group, host: 'localhost', ca, ...(await backend()) }));
      const condition = await becomes(kubectl, group, 'False');
      t.match(condition.message, expected.step, 'names what went wrong');
      t.match(condition.message, expected.remedy, 'says what to do');
      t.ok(condition.message.length < 600, 'is short enough to read');
      const { code, stderr } = await kubectl.run(['get', '--raw', `/apis/${group}/v1/things`]);
      t.equal(code, 1);
      t.match(stderr, expected.step, 'a request says the same');
    });
  }

  await t.test('and is mended becomes available', async (mended) => {
    // The service lives as long as the suite: the next case looks at it.
    const group = 'mended.example.com';
    const host = 'localhost';
    const port = await startBackend(t, await authority.serving(names), newDiscoveryAnswer(`${group}/v1`));
    await kubectl.ok(['apply', '-f', '-'], toManifests({ group, host, port, ca: other.caPEM }));
    await becomes(kubectl, group, 'False');
    await kubectl.ok(['apply', '-f', '-'], toManifests({ group, host, port, ca }));
    await becomes(kubectl, group, 'True');
    mended.match(
      await kubectl.ok(['get', '--raw', `/apis/${group}/v1/things`]),
      /"path":"\/apis\/mended\.example\.com\/v1\/things"/,
    );
  });

  await t.test('leaves the others alone', async (t) => {
    const started = performance.now();
    t.match(await kubectl.ok(['get', 'apiservices']), /v1\.mended\.example\.com\s+default\/mended\s+True/);
    t.ok(performance.now() - started < 15_000, 'a list is not slowed down');
  });
});

t.test('manifests that are wrong', async (t) => {
  const gateway = await startGateway(t);
  const kubectl = await newKubectl(t, gateway);
  const apply = (t: Test, manifest: string, expected: RegExp): Promise<void> =>
    refuses(t, kubectl, { manifest, expected });
  const spec = { group: 'x.example.com', version: 'v1', groupPriorityMinimum: 1000, versionPriority: 15 };
  const service = { namespace: 'default', name: 'x', port: 443 };

  const rows: [name: string, manifest: string, expected: RegExp][] = [
    ['are not YAML', 'a: b: c', /yaml|mapping/i],
    [
      'have an unknown kind',
      '{"apiVersion":"apiregistration.k8s.io/v1","kind":"Service","metadata":{"name":"a"}}',
      /no matches for kind "Service"|could not find the requested resource/,
    ],
    [
      'have no name',
      '{"apiVersion":"service.grafana.app/v0alpha1","kind":"ExternalName","metadata":{},"spec":{"host":"x"}}',
      /name/,
    ],
    [
      'have a name that is no name',
      '{"apiVersion":"service.grafana.app/v0alpha1","kind":"ExternalName","metadata":{"name":"A_b"},"spec":{"host":"x"}}',
      /RFC 1123/,
    ],
    [
      'have no host',
      '{"apiVersion":"service.grafana.app/v0alpha1","kind":"ExternalName","metadata":{"name":"a"},"spec":{}}',
      /spec\.host/,
    ],
    [
      'have an unknown field',
      '{"apiVersion":"service.grafana.app/v0alpha1","kind":"ExternalName","metadata":{"name":"a"},"spec":{"hots":"x"}}',
      /unknown field "?spec\.hots/,
    ],
    ['have a value of the wrong type', apiService({ ...spec, service: { ...service, port: 'https' } }), /port/],
    [
      'are called otherwise than their spec',
      apiService({ ...spec, service }, 'v2.x.example.com'),
      /`spec\.version\+"\."\+spec\.group`|v1\.x\.example\.com/,
    ],
    ['have no such priority', apiService({ ...spec, service, versionPriority: -1 }), /spec\.versionPriority/],
    ['have a port out of range', apiService({ ...spec, service: { ...service, port: 70000 } }), /spec\.service\.port/],
    ['have a CA bundle that is not base64', apiService({ ...spec, service, caBundle: '%%%' }), /base64/],
    [
      'trust and verify at once',
      apiService({ ...spec, service, caBundle: 'aGVsbG8=', insecureSkipTLSVerify: true }),
      /insecureSkipTLSVerify/,
    ],
  ];
  for (const [name, manifest, expected] of rows) {
    await t.test(name, (t) => apply(t, manifest, expected));
  }

  await t.test('name a namespace that does not exist', async (t) => {
    const manifest =
      '{"apiVersion":"service.grafana.app/v0alpha1","kind":"ExternalName","metadata":{"name":"a","namespace":"nowhere"},"spec":{"host":"x"}}';
    await apply(t, manifest, /nowhere/);
  });

  await t.test('register a service that does not exist', async (t) => {
    await kubectl.ok(['apply', '-f', '-'], apiService({ ...spec, service: { ...service, name: 'missing' } }));
    const condition = await becomes(kubectl, 'x.example.com', 'False');
    t.match(condition, { reason: 'ServiceNotFound', message: /default\/missing|missing.*default/ });
  });
});

function apiService(spec: object, name = 'v1.x.example.com'): string {
  return JSON.stringify({ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name }, spec });
}

/** Waits until the condition of a registration has a status, and gives it. */
async function becomes(kubectl: Kubectl, group: string, status: 'True' | 'False'): Promise<AvailableCondition> {
  return eventually(`${group} to be ${status}`, async () => {
    const condition = availableOf(await kubectl.json<APIServiceObject>(['get', 'apiservice', `v1.${group}`]));
    return condition?.status === status ? condition : undefined;
  });
}

/** Applies a manifest that must be refused with a sentence. */
async function refuses(
  t: Test,
  kubectl: Kubectl,
  { manifest, expected }: { manifest: string; expected: RegExp },
): Promise<void> {
  const { code, stderr, stdout } = await kubectl.run(['apply', '-f', '-'], manifest);
  t.equal(code, 1, stdout);
  t.match(stderr, expected);
  t.notMatch(stderr, /panic|TypeError|at \w+ \(|Internal error/i, 'shows nothing of the inside');
}
