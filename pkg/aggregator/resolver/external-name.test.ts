import t from 'tap';
import type { ExternalName } from '../../../apis/service.grafana.app/v0alpha1/external-name-schema.ts';
import { newExternalNameResolver } from './external-name.ts';
import { ResolveError } from './interface.ts';

const reference = { namespace: 'ns', name: 'svc', port: 7443 };

function resolverFor(host: string | undefined): ReturnType<typeof newExternalNameResolver> {
  const object = { apiVersion: '', kind: '', metadata: {}, spec: host === undefined ? {} : { host } };
  return newExternalNameResolver({ get: (key): ExternalName | undefined => (key === 'ns/svc' ? object : undefined) });
}

t.test('a service is where its ExternalName says, under two names', async (t) => {
  const hosts: readonly [string, string][] = [
    ['a.example', 'a.example'],
    ['a.example.', 'a.example'],
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '::1'],
  ];
  for (const [host, certificateName] of hosts) {
    t.same(resolverFor(host).resolve(reference), {
      addresses: [{ host, port: 7443 }],
      serverNames: ['svc.ns.svc', certificateName],
    });
  }
});

t.test('without a usable ExternalName the reason says what to create', async (t) => {
  const fail = (host: string | undefined, name: string): unknown => {
    try {
      return resolverFor(host).resolve({ ...reference, name });
    } catch (error) {
      return error;
    }
  };
  const missing = fail('a', 'other');
  t.ok(missing instanceof ResolveError);
  t.match(missing, {
    reason: 'ServiceNotFound',
    message: /^service\/other in "ns" is not present: there is no ExternalName "other" in namespace "ns"/,
  });
  t.match(fail(undefined, 'svc'), { reason: 'ServiceAccessError', message: /the ExternalName "svc" has no spec.host/ });
});
