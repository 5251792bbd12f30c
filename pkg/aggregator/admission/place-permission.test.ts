import t from 'tap';
import { backendAnnotations } from '../../../apis/service.grafana.app/v0alpha1/backend-annotations.ts';
import { externalNameKind } from '../../../apis/service.grafana.app/v0alpha1/external-name.ts';
import type { ExternalName } from '../../../apis/service.grafana.app/v0alpha1/external-name-schema.ts';
import { isStatusError } from '../../apimachinery/errors/status-error.ts';
import type { AdmissionRequest } from '../../apiserver/admission/admission.ts';
import { anonymousUser } from '../../apiserver/user-info.ts';
import { newPlacePermission } from './place-permission.ts';

const { url, unixSocket, tlsServerName, caFile } = backendAnnotations;

function newObject(annotations: Record<string, string>, host = 'a.example'): ExternalName {
  return { apiVersion: '', kind: '', metadata: { name: 'a', annotations }, spec: { host } };
}

interface Write extends Partial<AdmissionRequest> {
  readonly allowed?: boolean;
}

/** Questions that were asked, and the refusal. */
async function judge(object: ExternalName, { allowed = false, ...request }: Write = {}) {
  const asked: string[] = [];
  const hook = newPlacePermission({
    authorize: async ({ info }) => {
      asked.push(`${info.verb} ${info.resource}/${info.subresource} ${info.namespace}/${info.name}`);
      return { verdict: allowed ? 'allow' : 'no-opinion', reason: '' };
    },
  });
  try {
    await hook.validate?.({
      operation: 'CREATE',
      kind: externalNameKind,
      namespace: 'ns',
      name: 'a',
      subresource: '',
      object,
      old: undefined,
      user: { ...anonymousUser, name: 'eve' },
      dryRun: false,
      warn: () => undefined,
      ...request,
    });
    return { asked, refusal: '' };
  } catch (error) {
    return { asked, refusal: isStatusError(error) ? `${error.code} ${error.message}` : String(error) };
  }
}

t.test('who may write an ExternalName may say where, and what name the certificate has', async (t) => {
  for (const annotations of [{}, { [url]: 'https://a.example:8443/x' }, { [tlsServerName]: 'b.example' }]) {
    t.same(await judge(newObject(annotations)), { asked: [], refusal: '' });
  }
});

t.test('what reaches into the machine of the gateway, or does without TLS, takes a permission', async (t) => {
  const cases: readonly [Record<string, string>, string][] = [
    [{ [unixSocket]: '/run/docker.sock' }, 'the socket /run/docker.sock'],
    [{ [caFile]: '/etc/ca.pem' }, 'the CA file /etc/ca.pem'],
    [{ [url]: 'http://a.example' }, 'plain HTTP to a.example'],
  ];
  for (const [annotations, what] of cases) {
    const object = newObject(annotations);
    const { asked, refusal } = await judge(object);
    t.same(asked, ['use externalnames/gateway-local ns/a']);
    t.equal(
      refusal,
      `403 externalnames.service.grafana.app "a" is forbidden: User "eve" cannot use resource "externalnames/gateway-local" in API group "service.grafana.app" in the namespace "ns": its annotations name ${what}; a unix socket, a CA file or plain HTTP takes this permission`,
    );
    t.equal((await judge(object, { allowed: true })).refusal, '');
    t.equal((await judge(object, { operation: 'UPDATE', old: object })).refusal, '', 'what is there may stay');
    t.match(await judge(object, { operation: 'UPDATE', old: newObject({}) }), { refusal: /^403/ }, 'and not be added');
    t.equal((await judge(newObject({}), { operation: 'UPDATE', old: object })).refusal, '', 'but go');
    t.equal((await judge(object, { operation: 'DELETE' })).refusal, '');
  }
});
