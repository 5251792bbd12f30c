import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { newConflict, newInvalid } from '../../apimachinery/errors/constructors.ts';
import { equalJSON } from '../../apimachinery/runtime/json.ts';
import type { KindDefinition } from '../../apimachinery/schema/kind-definition.ts';
import { toAPIVersion } from '../../apimachinery/schema/group-version.ts';
import { ensureNamespace } from './before-create.ts';
import { toStorageKey } from './key.ts';
import { parseResourceVersion } from './resource-version.ts';
import { modifiedText } from './translate-storage-error.ts';

/** A new state on its way over a stored one. `draft` may be changed, `old` may not. */
export interface Replacement<T extends KubernetesObject> {
  readonly draft: T;
  readonly old: T;
  readonly kind: KindDefinition<T>;
  /** Empty for the resource itself. */
  readonly subresource: string;
  /** UID that the stored object must have; absent or empty for any. */
  readonly uid?: string | undefined;
}

/** Refuses a write that was made from another state than the stored one. Sources: `store.go`, `GuaranteedUpdate`. */
export function checkUpdatePreconditions<T extends KubernetesObject>({ draft, old, kind, uid }: Replacement<T>): void {
  const resource = { group: kind.group, resource: kind.plural };
  const name = old.metadata.name ?? '';
  if (uid !== undefined && uid !== '' && uid !== old.metadata.uid) {
    // Upstream has no name for the core group here.
    const key = toStorageKey(kind, { namespace: old.metadata.namespace ?? '', name }).replace(/^core\//, '');
    const facts = `UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid ?? ''}`;
    const why = `StorageError: invalid object, Code: 4, Key: /registry/${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: ${facts}`;
    throw newConflict(resource, name, why);
  }
  const revision = parseResourceVersion(draft.metadata.resourceVersion ?? '');
  if (revision === 0) {
    if (kind.allowUnconditionalUpdate !== false) return;
    const fault = { reason: 'FieldValueInvalid', field: 'metadata.resourceVersion', value: '0' } as const;
    throw newInvalid({ group: kind.group, kind: kind.plural }, name, [
      { ...fault, detail: 'must be specified for an update' },
    ]);
  }
  if (revision !== Number(old.metadata.resourceVersion)) throw newConflict(resource, name, modifiedText);
}

/**
 * Brings a new state into the form in which it may replace the stored one: system metadata stays, `status` is only written
 * through its subresource and nothing but it. Changes `draft`. Source: apiserver `pkg/registry/rest/update.go`.
 */
export function prepareForUpdate<T extends KubernetesObject>({ draft, old, kind, subresource }: Replacement<T>): void {
  draft.apiVersion = toAPIVersion(kind);
  draft.kind = kind.kind;
  ensureNamespace(draft, old.metadata.namespace ?? '', kind.scope);
  keepSystemMetadata(draft, old);
  if (subresource === 'status') {
    keepMembers(draft, old, (member) => member !== 'status');
    kind.strategy?.prepareForStatusUpdate?.(draft, old);
    return;
  }
  if (kind.statusSubresource === true) keepMembers(draft, old, (member) => member === 'status');
  kind.strategy?.prepareForUpdate?.(draft, old);
  if (kind.tracksGeneration !== false && changesSpec(draft, old)) {
    draft.metadata.generation = (old.metadata.generation ?? 0) + 1;
  }
}

/** What a client sends of these does not matter. */
const keptMembers = ['resourceVersion', 'creationTimestamp', 'generation'] as const;

/** These stay when they are left out. A client that means to change them is told so by validation. */
const filledMembers = ['uid', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const;

function keepSystemMetadata(draft: KubernetesObject, old: KubernetesObject): void {
  const { metadata } = draft;
  delete (metadata as { selfLink?: unknown }).selfLink;
  for (const member of keptMembers) keepMember(draft, old, member);
  for (const member of filledMembers) {
    const given: unknown = metadata[member] ?? '';
    if (given === '') keepMember(draft, old, member);
  }
  // Nobody revokes or moves a deletion.
  if (old.metadata.deletionTimestamp !== undefined) keepMember(draft, old, 'deletionTimestamp');
}

type SystemMember = (typeof keptMembers)[number] | (typeof filledMembers)[number];

function keepMember(draft: KubernetesObject, old: KubernetesObject, member: SystemMember): void {
  const value = old.metadata[member];
  if (value === undefined) delete draft.metadata[member];
  else Object.assign(draft.metadata, { [member]: value });
}

type Members = Record<string, unknown>;

function keepMembers(draft: KubernetesObject, old: KubernetesObject, keeps: (member: string) => boolean): void {
  const from = old as unknown as Members;
  const to = draft as unknown as Members;
  for (const member of new Set([...Object.keys(from), ...Object.keys(to)])) {
    if (member === 'metadata' || !keeps(member)) continue;
    if (Object.hasOwn(from, member)) to[member] = structuredClone(from[member]);
    else delete to[member];
  }
}

function changesSpec(draft: KubernetesObject, old: KubernetesObject): boolean {
  const strip = ({ metadata: _, ...rest }: KubernetesObject): Members => {
    const { status: __, ...spec } = rest as Members;
    return spec;
  };
  return !equalJSON(strip(draft), strip(old));
}
