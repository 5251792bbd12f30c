import {
  type BackendPlace,
  readBackendAnnotations,
} from '../../../apis/service.grafana.app/v0alpha1/backend-annotations.ts';
import type { ExternalName } from '../../../apis/service.grafana.app/v0alpha1/external-name-schema.ts';
import { externalNameKind } from '../../../apis/service.grafana.app/v0alpha1/external-name.ts';
import type { AdmissionHook } from '../../apiserver/admission/admission.ts';
import { toResourceInfo } from '../../apiserver/authorization/attributes.ts';
import type { Authorizer } from '../../apiserver/authorization/authorizer.ts';
import { newAuthorizationForbidden } from '../../apiserver/authorization/forbidden-text.ts';

/**
 * Who edits a namespace may say where its services run, and by that alone not reach into the machine of the gateway, nor have it send
 * identities in the clear: a unix socket, a CA file or plain HTTP takes the verb `use` on `externalnames/gateway-local`.
 */
export function newPlacePermission(authorizer: Authorizer): AdmissionHook {
  const { group, plural: resource } = externalNameKind;
  return {
    name: 'ExternalNamePlacePermission',
    async validate({ kind, operation, subresource, namespace, name, user, object, old }) {
      if (kind.group !== group || kind.plural !== resource || subresource !== '' || operation === 'DELETE') return;
      const wanted = restrictedOf(object);
      // What somebody else was allowed to say may stay.
      if (wanted === '' || wanted === restrictedOf(old)) return;
      const info = toResourceInfo({ verb: 'use', group, resource, subresource: 'gateway-local', namespace, name });
      const { verdict } = await authorizer.authorize({ user, info });
      if (verdict === 'allow') return;
      throw newAuthorizationForbidden(
        { user, info },
        `its annotations name ${wanted}; a unix socket, a CA file or plain HTTP takes this permission`,
      );
    },
  };
}

/** What of a place takes a permission of its own, for people; empty where nothing does. */
function restrictedOf(object: ExternalName | undefined): string {
  if (object === undefined) return '';
  const { scheme, socketPath, caFile }: BackendPlace = readBackendAnnotations(object).place;
  return [
    ...(socketPath === undefined ? [] : [`the socket ${socketPath}`]),
    ...(caFile === undefined ? [] : [`the CA file ${caFile}`]),
    ...(scheme === undefined ? [] : [`plain HTTP to ${object.spec?.host ?? ''}`]),
  ].join(' and ');
}
