import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { toAPIVersion } from '../../apimachinery/schema/group-version.ts';
import type { KindDefinition } from '../../apimachinery/schema/kind-definition.ts';
import { newObjectType } from '../../apimachinery/managedfields/typed/compile-type.ts';
import type { FieldType } from '../../apimachinery/managedfields/typed/field-type.ts';
import type { ConvertObject } from '../../apimachinery/managedfields/versions.ts';
import type { Conversion } from './converting-storage.ts';

/** Finds the definition of the same kind in another version; `undefined` for a version that is not served any more. */
export type FindVersion = (version: string) => KindDefinition | undefined;

/**
 * Converts between the version of a kind and what is stored: the storage version, or, for objects that were written before the storage
 * version changed, whatever version they say. An object of an unknown version is passed on under the kind's own name, so that it can
 * still be seen, mended and deleted.
 */
export function newVersionConversion(kind: KindDefinition, findVersion: FindVersion): Conversion {
  const own = toAPIVersion(kind);
  const storedVersion = kind.storedAs?.version ?? kind.version;
  const stored = toAPIVersion({ group: kind.group, version: storedVersion });
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
 * Brings objects of a kind into any of its versions, for the books of who owns which field: fields are owned in the version in which
 * they were written. Knows nothing of versions that are not served, nor of other groups.
 */
export function newFieldConversion({ group }: KindDefinition, findVersion: FindVersion): ConvertObject {
  const types = new WeakMap<KindDefinition, FieldType>();
  return (object, apiVersion) => {
    const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
    const target = toAPIVersion({ group, version }) === apiVersion ? findVersion(version) : undefined;
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
  const version = object.apiVersion.slice(object.apiVersion.indexOf('/') + 1);
  return findVersion(version)?.storedAs?.toStored(object) ?? object;
}

function named(
  object: KubernetesObject,
  { kind, apiVersion }: { kind: KindDefinition; apiVersion: string },
): KubernetesObject {
  return { ...object, apiVersion, kind: kind.kind };
}
