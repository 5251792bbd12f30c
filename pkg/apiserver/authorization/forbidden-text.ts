import { newForbidden } from '../../apimachinery/errors/constructors.ts';
import type { StatusError } from '../../apimachinery/errors/status-error.ts';
import { toGoQuoted } from '../../apimachinery/validation/go-string.ts';
import type { AuthorizationRequest } from './authorizer.ts';

/** The 403 that tells who may not do what. Source: apiserver `pkg/endpoints/handlers/responsewriters/errors.go`. */
export function newAuthorizationForbidden({ user, info }: AuthorizationRequest, reason: string): StatusError {
  const who = `User ${toGoQuoted(user.name)}`;
  const suffix = reason === '' ? '' : `: ${reason}`;
  if (!info.isResourceRequest) {
    const what = `cannot ${info.verb} path ${toGoQuoted(info.path)}`;
    return newForbidden({ group: '', resource: '' }, '', escapeHTML(`${who} ${what}${suffix}`));
  }
  const resource = info.subresource === '' ? info.resource : `${info.resource}/${info.subresource}`;
  const scope = info.namespace === '' ? 'at the cluster scope' : `in the namespace ${toGoQuoted(info.namespace)}`;
  const what = `cannot ${info.verb} resource ${toGoQuoted(resource)} in API group ${toGoQuoted(info.apiGroup)} ${scope}`;
  return newForbidden(
    { group: info.apiGroup, resource: info.resource },
    info.name,
    escapeHTML(`${who} ${what}${suffix}`),
  );
}

/** Old browsers guess HTML from what looks like it; upstream escapes what the user controls. */
function escapeHTML(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
