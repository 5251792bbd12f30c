import { newBadRequest } from '../errors/constructors.ts';
import { newStatusError, type StatusError } from '../errors/status-error.ts';
import { isJSONObject, type JSONObject } from '../runtime/json.ts';
import { type GroupVersionKind, parseAPIVersion, toAPIVersion } from '../schema/group-version.ts';

/** Throws 400 when a config is of another kind than the resource, or claims fields for others. */
export function checkConfig(config: JSONObject, { apiVersion, kind }: { apiVersion: string; kind: string }): void {
  const gvk = kindOf(config);
  if (toAPIVersion(gvk) !== apiVersion || gvk.kind !== kind) {
    throw newBadRequest(`invalid object type: ${toKindText(gvk)}`);
  }
  const { metadata } = config;
  if (isJSONObject(metadata) && Array.isArray(metadata['managedFields'])) {
    throw newBadRequest('metadata.managedFields must be nil');
  }
}

/** 500 without a reason, as upstream has it: the object that `what` speaks of does not fit its schema. */
export function newUntypedObject(what: 'patch' | 'live', object: JSONObject, cause: Error): StatusError {
  const { metadata } = object;
  const { namespace, name } = isJSONObject(metadata) ? metadata : {};
  const which = `${toText(namespace)}/${toText(name)}; ${toKindText(kindOf(object))}`;
  const message = `failed to create typed ${what} object (${which}): ${cause.message}`;
  return newStatusError({ code: 500, reason: '', message, cause });
}

/** 500 without a reason: a version of the object does not fit its schema. */
export function newMergeFailure(cause: Error): StatusError {
  return newStatusError({ code: 500, reason: '', message: `failed to merge config: ${cause.message}`, cause });
}

/** 500 without a reason: the stored `managedFields` cannot be read, so nobody knows what may be changed. */
export function newUnreadableManagedFields(cause: Error): StatusError {
  const message = `failed to decode managed fields: ${cause.message}`;
  return newStatusError({ code: 500, reason: '', message, cause });
}

function kindOf(object: JSONObject): GroupVersionKind {
  const { apiVersion, kind } = object;
  const text = toText(apiVersion);
  if (text.split('/').length > 2) return { group: '', version: '', kind: '' };
  return { ...parseAPIVersion(text), kind: toText(kind) };
}

function toKindText({ group, version, kind }: GroupVersionKind): string {
  return `${group}/${version}, Kind=${kind}`;
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
