import type { KubernetesObject, OwnerReference } from '../../../apis/meta/v1/types.ts';
import { equalJSON } from '../../apimachinery/runtime/json.ts';

/**
 * Takes repeated owner references out of a draft, and says so. `when` is empty, or names the step that repeated them. Source: apiserver
 * `pkg/endpoints/handlers/create.go`, `dedupOwnerReferencesAndAddWarning`.
 */
export function dedupeOwnerReferences(
  { metadata }: KubernetesObject,
  when: '' | ' after mutating admission happens',
  warn: (text: string) => void,
): void {
  const references = metadata.ownerReferences ?? [];
  if (references.length < 2) return;
  const kept: OwnerReference[] = [];
  const repeated = new Set<string>();
  for (const reference of references) {
    if (kept.some((each) => each.uid === reference.uid && equalJSON(each, reference))) repeated.add(reference.uid);
    else kept.push(reference);
  }
  if (repeated.size === 0) return;
  metadata.ownerReferences = kept;
  const advice =
    'API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests';
  const uids = [...repeated].join(', ');
  warn(`.metadata.ownerReferences contains duplicate entries${when}; ${advice}; duplicate UID(s) observed: ${uids}`);
}
