import { toQualifiedResource } from '../../apimachinery/schema/group-version.ts';
import type { ObjectRef, ResourceRef } from './interface.ts';

/** What was asked, in client-go's words: `get apiservices.apiregistration.k8s.io v1.example.com`. */
export function toSubject(verb: string, ref: ResourceRef | ObjectRef): string {
  const resource = `${verb} ${toQualifiedResource(ref)}`;
  return 'name' in ref ? `${resource} ${ref.name}` : resource;
}
