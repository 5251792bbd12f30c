import type { ExternalName } from '../../../apis/service.grafana.app/v0alpha1/external-name-schema.ts';
import { readBackendAnnotations } from '../../../apis/service.grafana.app/v0alpha1/backend-annotations.ts';
import { toFieldErrorMessage } from '../../apimachinery/validation/field-error.ts';
import type { Informer } from '../../client/cache/informer.ts';
import { followByKey } from './follow-by-key.ts';
import {
  type FollowingResolver,
  ResolveError,
  type ResolvedService,
  type ServiceReference,
  toServiceKey,
} from './interface.ts';
import { toExternalService } from './external-service.ts';

/** Finds a service by the ExternalName of its name and namespace; the port is the APIService's own. */
export function newExternalNameResolver(
  externalNames: Pick<Informer<ExternalName>, 'lister' | 'waitForSync' | 'addEventHandler'>,
): FollowingResolver {
  return {
    resolve: (reference) => resolve(reference, externalNames.lister.get(toServiceKey(reference))),
    waitForSync: (signal) => externalNames.waitForSync(signal),
    subscribe: (listener) => followByKey(externalNames, listener),
  };
}

function resolve(reference: ServiceReference, found: ExternalName | undefined): ResolvedService {
  const { namespace, name } = reference;
  const host = found?.spec?.host ?? '';
  if (found === undefined) {
    // The part before the colon is upstream's, so that tools that look for it find it.
    const hint = `there is no ExternalName "${name}" in namespace "${namespace}"; create one whose spec.host says where the service runs`;
    throw new ResolveError('ServiceNotFound', `service/${name} in "${namespace}" is not present: ${hint}`);
  }
  if (host === '') {
    const hint = `the ExternalName "${name}" has no spec.host; set it to the place where the service runs`;
    throw new ResolveError('ServiceAccessError', `service/${name} in "${namespace}" cannot be reached: ${hint}`);
  }
  const { place, errors } = readBackendAnnotations(found);
  const [fault] = errors;
  if (fault !== undefined) {
    const hint = `an annotation of the ExternalName "${name}" cannot be used: ${toFieldErrorMessage(fault)}`;
    throw new ResolveError('ServiceAccessError', `service/${name} in "${namespace}" cannot be reached: ${hint}`);
  }
  const { port = reference.port, serverName, ...rest } = place;
  const service = toExternalService({ ...reference, port }, host);
  return {
    ...service,
    ...(serverName !== undefined && { serverNames: [serverName] }),
    ...(Object.keys(rest).length > 0 && { place: rest }),
  };
}
