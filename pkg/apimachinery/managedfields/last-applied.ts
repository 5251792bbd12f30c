import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { isTooDeep } from '../runtime/json-limits.ts';
import { getMember, isJSONObject, type JSONObject } from '../runtime/json.ts';
import { toCanonicalJSON } from './field-set/json-order.ts';
import { emptyFieldSet, type FieldSet, subtractFieldSet } from './field-set/field-set.ts';
import { newTypedObject } from './typed-object.ts';
import { compareValues } from './typed/compare-values.ts';
import { TypedValueError } from './typed/typed-value-error.ts';
import { toFieldSet } from './typed/to-field-set.ts';
import type { TypedObject } from './versions.ts';

/** Manager that takes over, without conflicts, what client-side `kubectl apply` managed before. */
export const kubectlManager = 'kubectl';

/** Annotation with the config that client-side `kubectl apply` applied last. */
export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

const maxAnnotationsBytes = 262_144;

/** Fields that client-side apply wrote and that are still as it wrote them; none when that cannot be told. */
export function findLastAppliedFields(live: TypedObject): FieldSet {
  const lastApplied = parseConfig(readLastApplied(live.object));
  if (lastApplied === undefined || lastApplied['apiVersion'] !== live.apiVersion) return emptyFieldSet;
  try {
    const { object, type } = newTypedObject(lastApplied, live, { allowDuplicates: false });
    const { added, modified, removed } = compareValues(object, live.object, type);
    return [modified, added, removed].reduce(subtractFieldSet, toFieldSet(object, type));
  } catch (error) {
    if (error instanceof TypedValueError) return emptyFieldSet;
    throw error;
  }
}

function readLastApplied(object: JSONObject): string {
  const { annotations } = (object['metadata'] ?? {}) as { annotations?: JSONObject };
  const text = isJSONObject(annotations) ? getMember(annotations, lastAppliedAnnotation) : undefined;
  return typeof text === 'string' ? text : '';
}

function parseConfig(text: string): JSONObject | undefined {
  if (text === '' || isTooDeep(text)) return undefined;
  try {
    const config: unknown = JSON.parse(text);
    return isJSONObject(config) ? config : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Keeps the annotation in step, where the object has it, so that a return to client-side apply does no harm. An annotation that has
 * become too long is dropped.
 */
export function withLastApplied<T extends KubernetesObject>(object: T, config: JSONObject): T {
  if (readLastApplied(object as unknown as JSONObject) === '') return object;
  const { [lastAppliedAnnotation]: _, ...rest } = object.metadata.annotations ?? {};
  const annotations = { ...rest, [lastAppliedAnnotation]: toLastApplied(config) };
  const bytes = Object.entries(annotations).reduce((sum, entry) => sum + Buffer.byteLength(entry.join('')), 0);
  return { ...object, metadata: { ...object.metadata, annotations: bytes > maxAnnotationsBytes ? rest : annotations } };
}

// As Go encodes it: sorted, on one line, with what HTML could misread escaped. The annotation does not contain itself.
function toLastApplied(config: JSONObject): string {
  const { metadata } = config;
  const annotations = isJSONObject(metadata) ? metadata['annotations'] : undefined;
  let plain = config;
  if (isJSONObject(metadata) && isJSONObject(annotations)) {
    const { [lastAppliedAnnotation]: _, ...rest } = annotations;
    plain = { ...config, metadata: { ...metadata, annotations: rest } };
  }
  const text = toCanonicalJSON(plain);
  return `${text.replaceAll(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}
