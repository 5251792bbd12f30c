import type { APIService } from '../../apis/apiregistration/v1/api-service-schema.ts';
import type { GroupVersion } from '../apimachinery/schema/group-version.ts';
import { automanagedMode } from './autoregistration/local-api-service.ts';
import type { ServiceReference } from './resolver/interface.ts';

/**
 * The group by which services register. An APIService may name any group/version; if it could take this one away, nobody could
 * take it back.
 */
export const ownGroup = 'apiregistration.k8s.io';

/** Tells whether the server serves a group/version by itself. */
export type IsLocal = (gv: GroupVersion) => boolean;

/**
 * The service that an APIService names; `undefined` for one that the server serves by itself. What the server has registered itself
 * stays so, whatever somebody writes into it before that is set right: only an APIService of one's own takes a group/version over.
 */
export function toServiceReference(object: APIService, isLocal: IsLocal): ServiceReference | undefined {
  const { service, group, version = '' } = object.spec ?? {};
  if (service === undefined || group === ownGroup) return undefined;
  if (automanagedMode(object) !== undefined && isLocal({ group: group ?? '', version })) return undefined;
  const { namespace = '', name = '', port = 443 } = service;
  return { namespace, name, port };
}

/** Whether an APIService sends requests elsewhere that the server could answer by itself. */
export function isTakeover(object: APIService, isLocal: IsLocal): boolean {
  const { group = '', version = '' } = object.spec ?? {};
  return isLocal({ group, version }) && toServiceReference(object, isLocal) !== undefined;
}
