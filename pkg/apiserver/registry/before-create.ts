import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { newBadRequest } from '../../apimachinery/errors/constructors.ts';
import { newStatusError } from '../../apimachinery/errors/status-error.ts';
import { toAPIVersion } from '../../apimachinery/schema/group-version.ts';
import { toRFC3339 } from '../../apimachinery/time/rfc3339.ts';
import { parseResourceVersion } from './resource-version.ts';
import type { StoreOptions } from './store-options.ts';

/** Longest part of `generateName` that is kept, so that name and suffix stay within 63 characters. */
const maxGeneratedPrefix = 58;

/**
 * Brings a decoded object into the state in which a create may store it: system metadata is ours, status is empty, the name
 * is generated where asked. Changes `draft`. Source: apiserver `pkg/registry/rest/create.go`, `meta.go`.
 */
export function prepareForCreate<T extends KubernetesObject>(
  draft: T,
  namespace: string,
  options: StoreOptions<T>,
): void {
  const { kind } = options;
  draft.apiVersion = toAPIVersion(kind);
  draft.kind = kind.kind;
  ensureNamespace(draft, namespace, kind.scope);
  const { metadata } = draft;
  if (parseResourceVersion(metadata.resourceVersion ?? '') > 0) throw newVersionOnCreate();
  delete metadata.resourceVersion;
  delete (metadata as { selfLink?: unknown }).selfLink;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.generation;
  metadata.uid = options.newUID();
  metadata.creationTimestamp = toRFC3339(options.now());
  if (kind.tracksGeneration !== false) metadata.generation = 1;
  if (isMissing(metadata.name) && !isMissing(metadata.generateName)) {
    metadata.name = metadata.generateName.slice(0, maxGeneratedPrefix) + options.newNameSuffix();
  }
  if (kind.statusSubresource === true) delete (draft as { status?: unknown }).status;
  kind.strategy?.prepareForCreate?.(draft);
}

/** An empty namespace is filled in; another one than the request's is an error; a cluster-scoped object has none. */
export function ensureNamespace(draft: KubernetesObject, namespace: string, scope: 'Namespaced' | 'Cluster'): void {
  if (scope === 'Cluster') {
    delete draft.metadata.namespace;
    return;
  }
  const given = draft.metadata.namespace ?? '';
  if (given !== '' && given !== namespace) {
    throw newBadRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  draft.metadata.namespace = namespace;
}

function isMissing(text: string | undefined): text is undefined | '' {
  return text === undefined || text === '';
}

/** Upstream answers this one with an unknown reason and 500. */
function newVersionOnCreate() {
  return newStatusError({
    code: 500,
    reason: '',
    message: 'resourceVersion should not be set on objects to be created',
  });
}
