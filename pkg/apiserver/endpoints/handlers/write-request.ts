import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';
import { newBadRequest, newInvalid } from '../../../apimachinery/errors/constructors.ts';
import { toFieldManager } from '../../../apimachinery/managedfields/field-manager-name.ts';
import { decodeObject } from '../../../apimachinery/runtime/decode-object.ts';
import { negotiateInput } from '../../../apimachinery/runtime/negotiate-input.ts';
import type { FieldValidation, WriteOptions as WireOptions } from '../../../apimachinery/runtime/options.ts';
import { parseWriteOptions } from '../../../apimachinery/runtime/query.ts';
import { validateWriteOptions } from '../../../apimachinery/validation/options.ts';
import { applyDefaults } from '../../registry/apply-defaults.ts';
import type { WriteOptions } from '../../registry/store-options.ts';
import type { RequestContext } from '../../request-context.ts';
import { readBody, readYAMLBody } from '../read-body.ts';
import { mediaTypesOf, negotiateObject } from '../response/media-types.ts';
import type { ObjectScope } from './resource-scope.ts';

/** Options of a create or update, valid. Throws 422. Checks first that the answer can be given in a form the client takes (406). */
export function readWriteOptions(
  context: RequestContext,
  scope: Pick<ObjectScope, 'kind'>,
  kind: 'CreateOptions' | 'UpdateOptions',
): WireOptions {
  negotiateObject(context, scope.kind);
  const options = parseWriteOptions(context.query);
  const faults = validateWriteOptions(options);
  if (faults.length > 0) throw newInvalid({ group: 'meta.k8s.io', kind }, '', faults);
  return options;
}

/** What the registry is told of a write. */
export function toStoreOptions(
  context: RequestContext,
  { dryRun, fieldManager = '' }: Pick<WireOptions, 'dryRun'> & Partial<Pick<WireOptions, 'fieldManager'>>,
): WriteOptions {
  const { user, warnings, request } = context;
  return {
    user,
    manager: toFieldManager(fieldManager, request.headers['user-agent']),
    dryRun: dryRun.length > 0,
    mayCreate: async () => context.authorize?.('create'),
    warn: (text) => void warnings.push(text),
  };
}

/** How strictly unknown and duplicate members are taken; `Warn` unless the client says otherwise. */
export function toFieldValidation({ fieldValidation }: Pick<WireOptions, 'fieldValidation'>): FieldValidation {
  return fieldValidation === '' ? 'Warn' : (fieldValidation as FieldValidation);
}

/** The object in the body: of the right kind, pruned, with defaults, the caller's own. Throws 400, 413, 415. */
export async function readObject(
  context: RequestContext,
  { kind }: ObjectScope,
  options: WireOptions,
): Promise<KubernetesObject> {
  const mediaType = negotiateInput(context.request.headers['content-type'], mediaTypesOf(kind));
  const body = await (mediaType === 'application/yaml' ? readYAMLBody(context) : readBody(context));
  const decoded = await decodeObject({
    body,
    mediaType,
    expected: kind,
    schema: kind.schema,
    protobuf: kind.protobuf,
    fieldValidation: toFieldValidation(options),
  });
  context.warnings.push(...decoded.warnings);
  applyDefaults(decoded.object, kind);
  return decoded.object;
}

/** An object that is written to a URL must be the one that the URL names. Throws 400. */
export function checkNameMatches({ metadata }: KubernetesObject, name: string): void {
  const given = metadata.name ?? '';
  if (given === name) return;
  if (given === '')
    throw newBadRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  throw newBadRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
}

/** An object may leave out its namespace; one that it names must be that of the URL. Throws 400. */
export function checkNamespaceMatches({ metadata }: KubernetesObject, namespace: string): void {
  const given = metadata.namespace ?? '';
  if (given === namespace || given === '') return;
  throw newBadRequest(
    `the namespace of the object (${given}) does not match the namespace on the request (${namespace})`,
  );
}
