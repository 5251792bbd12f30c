import type { KubernetesObject, ManagedFieldsEntry } from '../../../apis/meta/v1/types.ts';
import { equalJSON } from '../runtime/json.ts';
import { toCanonicalJSON } from './field-set/json-order.ts';

/**
 * The `managedFields` with which an updated object is to be stored: the stored ones when nothing else differs but their times, so that
 * a write that changes nothing is none (Go: `IgnoreManagedFieldsTimestampsTransformer`).
 */
export function keepManagedFieldsTimes(
  draft: KubernetesObject,
  stored: KubernetesObject,
): ManagedFieldsEntry[] | undefined {
  const wanted = draft.metadata.managedFields;
  const known = stored.metadata.managedFields;
  if (wanted === undefined || known === undefined || wanted.length !== known.length) return wanted;
  return equalJSON(withoutTimes(wanted), withoutTimes(known)) && equalJSON(bare(draft), bare(stored)) ? known : wanted;
}

// By entry: times order the list, so other times may mean another order.
function withoutTimes(entries: readonly ManagedFieldsEntry[]): Record<string, unknown> {
  return Object.fromEntries(entries.map(({ time: _, fieldsV1, ...identity }) => [toCanonicalJSON(identity), fieldsV1]));
}

// A write need not say from which revision it was made.
function bare({ metadata, ...rest }: KubernetesObject): unknown {
  const { managedFields: _, resourceVersion: __, ...others } = metadata;
  return { ...rest, metadata: others };
}
