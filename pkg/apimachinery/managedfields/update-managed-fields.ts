import type { KubernetesObject, ManagedFieldsEntry } from '../../../apis/meta/v1/types.ts';
import { isJSONObject } from '../runtime/json.ts';
import { tryDecodeManagedFields } from './decode-managed-fields.ts';
import { newEmptyObject } from './empty-object.ts';
import { encodeManagedFields } from './encode-managed-fields.ts';
import { emptyFieldSet } from './field-set/field-set.ts';
import type { ManagedEntries } from './managed-entry.ts';
import type { ManagedFieldsOptions } from './managed-fields-options.ts';
import { trackUpdate } from './track-update.ts';
import { newTypedObjectWithoutManagedFields } from './typed-object.ts';
import { Versions } from './versions.ts';

/** An ordinary write: create, update, or a patch other than apply. */
export interface UpdateOptions extends ManagedFieldsOptions {
  /** The stored object; absent on create. */
  readonly live: KubernetesObject | undefined;
  /** The object that is to be stored, with defaults and before admission. */
  readonly draft: KubernetesObject;
  /**
   * `metadata.managedFields` as the client sent them: an empty list means "forget all", and a draft may have lost that already.
   * Default: those of the draft.
   */
  readonly requested?: unknown;
  /** Hears why ownership could not be worked out. Such a write goes through with the ownership that was. */
  readonly onError?: (error: unknown) => void;
}

/**
 * The `managedFields` that an object has after an ordinary write; `undefined` for none. Nothing is changed, and nothing is thrown:
 * ownership is bookkeeping, which must not stop a write (Go: `FieldManager.UpdateNoErrors`).
 */
export function updateManagedFields(options: UpdateOptions): ManagedFieldsEntry[] | undefined {
  const entries = chooseEntries(options);
  // An object that is not tracked, or was told to forget, does not start with an update.
  if (entries.size === 0 && options.live !== undefined) return undefined;
  try {
    return encodeManagedFields(trackWrite(options, entries));
  } catch (error) {
    options.onError?.(error);
    return encodeManagedFields(entries);
  }
}

// What the client sent counts on the resource itself, if it can be read; clients that know nothing of it send none.
function chooseEntries({ live, draft, requested, subresource = '' }: UpdateOptions): ManagedEntries {
  const stored = (): ManagedEntries => tryDecodeManagedFields(live?.metadata.managedFields) ?? new Map();
  if (subresource !== '') return stored();
  const sent = requested ?? draft.metadata.managedFields;
  if (isReset(sent)) return new Map();
  const entries = tryDecodeManagedFields(sent);
  return entries === undefined || entries.size === 0 ? stored() : entries;
}

function isReset(sent: unknown): boolean {
  if (!Array.isArray(sent) || sent.length > 1) return false;
  return sent.every((entry) => isJSONObject(entry) && Object.keys(entry).length === 0);
}

function trackWrite(options: UpdateOptions, entries: ManagedEntries): ManagedEntries {
  const { live, draft, convert, resetFields = emptyFieldSet } = options;
  const change = {
    before: live === undefined ? newEmptyObject(options) : newTypedObjectWithoutManagedFields(live, options),
    after: newTypedObjectWithoutManagedFields(draft, options),
    versions: new Versions(convert),
    ignored: resetFields,
  };
  return trackUpdate(change, entries, options);
}
