import type { APIService } from '../../../apis/apiregistration/v1/api-service-schema.ts';
import type { AdmissionHook } from '../../apiserver/admission/admission.ts';
import { type IsLocal, isTakeover, ownGroup } from '../service-reference.ts';

/** Warns whoever registers a service for a group/version that the server serves by itself: requests no longer reach the server. */
export function newTakeoverWarning(isLocal: IsLocal): AdmissionHook {
  return {
    name: 'APIServiceTakeover',
    validate({ kind, subresource, object, warn }) {
      if (kind.group !== ownGroup || kind.plural !== 'apiservices' || subresource !== '' || object === undefined)
        return;
      const { spec }: APIService = object;
      if (!isTakeover(object, isLocal)) return;
      const { namespace, name } = spec?.service ?? {};
      warn(
        `spec.service: this server serves ${toText(spec)} by itself; requests go to ${namespace}/${name} instead, as long as this APIService says so`,
      );
    },
  };
}

function toText(spec: APIService['spec']): string {
  const { group = '', version = '' } = spec ?? {};
  return group === '' ? version : `${group}/${version}`;
}
