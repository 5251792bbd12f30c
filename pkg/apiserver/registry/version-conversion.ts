import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { type GroupVersion, toAPIVersion } from '../../apimachinery/schema/group-version.ts';
import { type KindDefinition, toStoredGroupVersion } from '../../apimachinery/schema/kind-definition.ts';
import { newObjectType } from '../../apimachinery/managedfields/typed/compile-type.ts';
import type { FieldType } from '../../apimachinery/managedfields/typed/field-type.ts';
import type { ConvertObject } from '../../apimachinery/managedfields/versions.ts';
import type { Conversion } from './converting-storage.ts';

/** Finds the definition of the same kind in another group/version; `undefined` for one in which it is not served, or not any more. */
export type FindVersion = (gv: GroupVersion) => KindDefinition | undefined;

/**
 * Converts between the group/version of a kind and what is stored: the storage version, or, for objects that were written before the
 * storage version changed, whatever version they say. An object of an unknown version is passed on under the kind's own name, so that
 * it can still be seen, mended and deleted.
 */
export function newVersionConversion(kind: KindDefinition, findVersion: FindVersion): Conversion {
  const own = toAPIVersion(kind);
  const stored = toAPIVersion(toStoredGroupVersion(kind));
  return {
    apiVersion: own,
    toStored: (object) => named(kind.storedAs?.toStored(object) ?? object, { kind, apiVersion: stored }),
    fromStored(object) {
      const hub = toHub(object, { stored, findVersion });
      return named(kind.storedAs?.fromStored(hub) ?? hub, { kind, apiVersion: own });
    },
  };
}

/**
 * Brings objects of a kind into any of its group/versions, for the books of who owns which field: fields are owned in the version in
 * which they were written. Knows nothing of versions that are not served.
 */
export function newFieldConversion(findVersion: FindVersion): ConvertObject {
  const types = new WeakMap<KindDefinition, FieldType>();
  return (object, apiVersion) => {
    const target = findVersion(splitAPIVersion(apiVersion));
    if (target === undefined) return undefined;
    const type = types.get(target) ?? newObjectType(target.schema);
    types.set(target, type);
    return { object: newVersionConversion(target, findVersion).fromStored(object), type };
  };
}

/** The object in the storage version. */
function toHub(
  object: KubernetesObject,
  { stored, findVersion }: { stored: string; findVersion: FindVersion },
): KubernetesObject {
  if (object.apiVersion === stored) return object;
  return findVersion(splitAPIVersion(object.apiVersion))?.storedAs?.toStored(object) ?? object;
}

/** Takes any text: what is no `apiVersion` is found nowhere. */
function splitAPIVersion(apiVersion: string): GroupVersion {
  const slash = apiVersion.indexOf('/');
  return { group: apiVersion.slice(0, Math.max(slash, 0)), version: apiVersion.slice(slash + 1) };
}

function named(
  object: KubernetesObject,
  { kind, apiVersion }: { kind: KindDefinition; apiVersion: string },
): KubernetesObject {
  return { ...object, apiVersion, kind: kind.kind };
}
