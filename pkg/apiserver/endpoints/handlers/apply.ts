import type { KubernetesObject, Unstructured } from '../../../../apis/meta/v1/types.ts';
import { newBadRequest } from '../../../apimachinery/errors/constructors.ts';
import { isJSONObject, type JSONObject } from '../../../apimachinery/runtime/json.ts';
import { toGoJSONKind } from '../../../apimachinery/runtime/json-kind.ts';
import type { PatchOptions } from '../../../apimachinery/runtime/options.ts';
import { pruneObject } from '../../../apimachinery/validation/prune.ts';
import { type DecodedYAML, decodeYAML, YAMLSyntaxError } from '../../../apimachinery/yaml/parse.ts';
import { applyDefaults } from '../../registry/apply-defaults.ts';
import type { RequestContext } from '../../request-context.ts';
import { readYAMLBody } from '../read-body.ts';
import { writeObject } from '../response/write-object.ts';
import type { ObjectScope } from './resource-scope.ts';
import { checkNameMatches, checkNamespaceMatches, toFieldValidation, toStoreOptions } from './write-request.ts';

/** Server-side apply: makes an object, or its status, what the body says, or creates it. Throws 400, 409, 422. */
export async function answerApply(
  context: RequestContext,
  scope: ObjectScope,
  { subresource, options }: { subresource: string; options: PatchOptions },
): Promise<void> {
  const { namespace, name } = context.info;
  const { kind } = scope;
  const config = await readConfig(context, options);
  const decode = (merged: KubernetesObject): KubernetesObject => {
    const object = pruneObject(merged as Unstructured, kind.schema);
    // Pruning would sort what is in an order of its own.
    const { managedFields } = merged.metadata;
    if (managedFields !== undefined) object.metadata.managedFields = managedFields;
    checkNameMatches(object, name);
    checkNamespaceMatches(object, namespace);
    applyDefaults(object, kind);
    return object;
  };
  const apply = { namespace, name, subresource, config, force: options.force === true, decode };
  const { store } = scope;
  if (store.apply === undefined) throw new TypeError(`${kind.kind} cannot be applied`);
  const { object, created } = await store.apply(apply, toStoreOptions(context, options));
  await writeObject(context, scope, { status: created ? 201 : 200, object });
}

/** The config in the body, YAML or JSON. Keys that appear twice are a fault under `Strict` and a warning under `Warn`. */
async function readConfig(context: RequestContext, options: PatchOptions): Promise<JSONObject> {
  const { value, duplicates } = await parseConfig(await readYAMLBody(context));
  const fieldValidation = toFieldValidation(options);
  if (fieldValidation === 'Strict' && duplicates.length > 0) {
    throw newBadRequest(`error strict decoding patch: yaml: unmarshal errors:\n  ${duplicates.join('\n  ')}`);
  }
  if (fieldValidation === 'Warn') context.warnings.push(...duplicates);
  if (isJSONObject(value)) return value;
  if (value === null || value === undefined) return {};
  const found = toGoJSONKind(value);
  throw newBadRequest(
    `error decoding patch: json: cannot unmarshal ${found} into Go value of type map[string]interface {}`,
  );
}

async function parseConfig(body: Buffer): Promise<DecodedYAML> {
  try {
    return await decodeYAML(body);
  } catch (error) {
    if (error instanceof YAMLSyntaxError) throw newBadRequest(`error encoding patch: ${error.message}`, error);
    throw error;
  }
}
