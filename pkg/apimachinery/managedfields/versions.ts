import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { JSONObject } from '../runtime/json.ts';
import type { FieldType } from './typed/field-type.ts';

/** An object in another version, with the type of that version. */
export interface ConvertedObject {
  readonly object: KubernetesObject;
  readonly type: FieldType;
}

/**
 * Brings an object, whatever its `apiVersion`, into another version; `undefined` when that version is not served any more. Must not
 * change its argument.
 */
export type ConvertObject = (object: KubernetesObject, apiVersion: string) => ConvertedObject | undefined;

/** An object with all that is needed to look at its fields (Go: `typed.TypedValue`). */
export interface TypedObject {
  readonly apiVersion: string;
  readonly object: JSONObject;
  readonly type: FieldType;
}

/** The versions of a kind. Each manager's fields are looked at in the version in which it wrote them. */
export class Versions {
  readonly #convert: ConvertObject | undefined;

  constructor(convert: ConvertObject | undefined) {
    this.#convert = convert;
  }

  /** Versions with the same key look alike. Without a conversion all do. */
  keyOf(apiVersion: string): string {
    return this.#convert === undefined ? '' : apiVersion;
  }

  /** The object in another version, or `undefined` when that version is not served. */
  at(typed: TypedObject, apiVersion: string): TypedObject | undefined {
    if (this.#convert === undefined || typed.apiVersion === apiVersion) return typed;
    const converted = this.#convert(typed.object as unknown as KubernetesObject, apiVersion);
    if (converted === undefined) return undefined;
    return { apiVersion, object: converted.object as unknown as JSONObject, type: converted.type };
  }
}
