import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { isJSONObject, type JSONObject } from '../runtime/json.ts';
import { newApplyConflict } from './apply-conflict.ts';
import { checkConfig, newMergeFailure, newUnreadableManagedFields, newUntypedObject } from './apply-errors.ts';
import { decodeManagedFields } from './decode-managed-fields.ts';
import { newEmptyObject } from './empty-object.ts';
import { encodeManagedFields } from './encode-managed-fields.ts';
import { orUnknown } from './field-manager-name.ts';
import { emptyFieldSet, type FieldSet, subtractFieldSet } from './field-set/field-set.ts';
import { ManagedFieldsError } from './field-set/managed-fields-error.ts';
import { findLastAppliedFields, kubectlManager, withLastApplied } from './last-applied.ts';
import type { ManagedEntries } from './managed-entry.ts';
import type { ManagedFieldsOptions } from './managed-fields-options.ts';
import { type ConfigMerge, mergeConfig, type MergedConfig } from './merge-config.ts';
import { trackUpdate } from './track-update.ts';
import { newTypedObject, newTypedObjectWithoutManagedFields } from './typed-object.ts';
import { TypedValueError } from './typed/typed-value-error.ts';
import { type TypedObject, Versions } from './versions.ts';

/** A server-side apply. */
export interface ApplyOptions extends ManagedFieldsOptions {
  /** Kind of the resource: a config must say that it is of this kind, and of `apiVersion`. */
  readonly kind: string;
  /** The stored object; absent when the config creates it. */
  readonly live: KubernetesObject | undefined;
  /** The decoded body. */
  readonly config: JSONObject;
  /** Takes fields from others instead of failing. */
  readonly force: boolean;
}

/** Manager that stands for everything in an object of which nobody kept track before the first apply. */
const beforeFirstApply = 'before-first-apply';

/**
 * The object that a config makes of the stored one, with its `managedFields`. Nothing is changed; the result shares parts with `live`
 * and `config`, and is as raw as the config: it may hold nulls, and its members are in any order.
 *
 * Throws a `StatusError`: 400 for a config of another kind or with `managedFields`, 409 for fields that belong to others, 500 (as
 * upstream has it) for a config that does not fit the schema.
 */
export function applyConfig(options: ApplyOptions): KubernetesObject {
  const { config, manager, force } = options;
  checkConfig(config, options);
  const merge = prepareMerge(options);
  const merged = tryMerge(merge);
  if (!force) checkConflicts(merge, merged);
  const object = withManagedFields(merged);
  return manager === kubectlManager ? withLastApplied(object, config) : object;
}

function prepareMerge(options: ApplyOptions): ConfigMerge {
  const { manager, apiVersion, subresource = '', now, convert, resetFields: ignored = emptyFieldSet } = options;
  const config = toTypedConfig(options);
  const versions = new Versions(convert);
  const applier = { manager: orUnknown(manager), operation: 'Apply', apiVersion, subresource } as const;
  if (options.live === undefined) {
    const live = { ...config, object: { metadata: {} } };
    return { live, config, entries: new Map(), applier, versions, ignored, now };
  }
  const live = toTypedLive(options.live, options);
  let entries = decodeStored(options.live);
  if (entries.size === 0) {
    const change = { before: newEmptyObject(options), after: live, versions, ignored };
    entries = trackUpdate(change, entries, { apiVersion, subresource, now, manager: beforeFirstApply });
  }
  return { live, config, entries, applier, versions, ignored, now };
}

function toTypedConfig(options: ApplyOptions): TypedObject {
  try {
    const typed = newTypedObject(options.config, options, { allowDuplicates: false });
    return { ...typed, object: withoutNullManagedFields(typed.object) };
  } catch (error) {
    throw error instanceof TypedValueError ? newUntypedObject('patch', options.config, error) : error;
  }
}

// No `managedFields` may be said by leaving them out, or by null.
function withoutNullManagedFields(config: JSONObject): JSONObject {
  const { metadata } = config;
  if (!isJSONObject(metadata) || !Object.hasOwn(metadata, 'managedFields')) return config;
  const { managedFields: _, ...rest } = metadata;
  return { ...config, metadata: rest };
}

function toTypedLive(live: KubernetesObject, options: ApplyOptions): TypedObject {
  try {
    return newTypedObjectWithoutManagedFields(live, options);
  } catch (error) {
    throw error instanceof TypedValueError ? newUntypedObject('live', live as unknown as JSONObject, error) : error;
  }
}

function decodeStored({ metadata }: KubernetesObject): ManagedEntries {
  try {
    return decodeManagedFields(metadata.managedFields);
  } catch (error) {
    throw error instanceof ManagedFieldsError ? newUnreadableManagedFields(error) : error;
  }
}

function tryMerge(merge: ConfigMerge): MergedConfig {
  try {
    return mergeConfig(merge);
  } catch (error) {
    throw error instanceof TypedValueError ? newMergeFailure(error) : error;
  }
}

// What client-side apply wrote may be taken over by the manager that took its place, as long as nobody changed it since.
function checkConflicts({ applier, live, entries }: ConfigMerge, { conflicts }: MergedConfig): void {
  if (conflicts.size === 0) return;
  const allowed = applier.manager === kubectlManager ? findLastAppliedFields(live) : emptyFieldSet;
  const remaining = new Map<string, FieldSet>();
  for (const [key, fields] of conflicts) {
    const rest = subtractFieldSet(fields, allowed);
    if (rest.size > 0) remaining.set(key, rest);
  }
  if (remaining.size > 0) throw newApplyConflict(remaining, entries);
}

function withManagedFields({ object, entries }: MergedConfig): KubernetesObject {
  const { metadata, ...rest } = object as unknown as KubernetesObject;
  const managedFields = encodeManagedFields(entries);
  return { ...rest, metadata: { ...metadata, ...(managedFields === undefined ? {} : { managedFields }) } };
}
