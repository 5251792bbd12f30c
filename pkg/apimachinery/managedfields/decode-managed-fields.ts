import { isJSONObject, type JSONObject } from '../runtime/json.ts';
import { isCanonicalRFC3339, toRFC3339, tryParseRFC3339 } from '../time/rfc3339.ts';
import { toGoQuoted } from '../validation/go-string.ts';
import { parseFieldsV1 } from './field-set/fields-v1.ts';
import { ManagedFieldsError } from './field-set/managed-fields-error.ts';
import { type ManagedEntries, type ManagedEntry, toEntryKey } from './managed-entry.ts';

/** Reads `metadata.managedFields`. Throws a `ManagedFieldsError` with upstream's text when an entry means nothing. */
export function decodeManagedFields(managedFields: unknown): ManagedEntries {
  const entries = new Map<string, ManagedEntry>();
  if (managedFields === undefined || managedFields === null) return entries;
  if (!Array.isArray(managedFields)) throw new ManagedFieldsError('managedFields must be a list');
  for (const [index, item] of managedFields.entries()) {
    const entry = decodeEntry(item, index);
    entries.set(toEntryKey(entry), entry);
  }
  return entries;
}

/** Reads `metadata.managedFields`; `undefined` when it cannot be read. */
export function tryDecodeManagedFields(managedFields: unknown): ManagedEntries | undefined {
  try {
    return decodeManagedFields(managedFields);
  } catch (error) {
    if (error instanceof ManagedFieldsError) return undefined;
    throw error;
  }
}

function decodeEntry(item: unknown, index: number): ManagedEntry {
  const entry = isJSONObject(item) ? item : {};
  const { operation, fieldsType, time } = entry;
  const apiVersion = readText(entry, 'apiVersion');
  if (operation !== 'Apply' && operation !== 'Update') {
    throw new ManagedFieldsError('operation must be `Apply` or `Update`');
  }
  if (apiVersion === '') throw new ManagedFieldsError('apiVersion must not be empty');
  if (fieldsType === undefined || fieldsType === '') {
    throw new ManagedFieldsError(`missing fieldsType in managed fields entry ${index}`);
  }
  if (fieldsType !== 'FieldsV1') {
    const text = typeof fieldsType === 'string' ? toGoQuoted(fieldsType) : JSON.stringify(fieldsType);
    throw new ManagedFieldsError(`invalid fieldsType ${text} in managed fields entry ${index}`);
  }
  return {
    manager: readText(entry, 'manager'),
    operation,
    apiVersion,
    subresource: readText(entry, 'subresource'),
    time: readTime(time),
    fields: parseFieldsV1(entry['fieldsV1']),
  };
}

function readText(entry: JSONObject, member: string): string {
  const text = entry[member] ?? '';
  if (typeof text !== 'string') throw new ManagedFieldsError(`${member} must be a string`);
  return text;
}

// As Go writes it again: in UTC, without a fraction.
function readTime(time: unknown): string | undefined {
  if (typeof time === 'string' && isCanonicalRFC3339(time)) return time;
  const ms = typeof time === 'string' ? tryParseRFC3339(time) : undefined;
  return ms === undefined ? undefined : toRFC3339(ms);
}
