import type { KindDefinition } from '../../../apimachinery/schema/kind-definition.ts';
import { type SubresourceKind, toVerbs } from '../discovery/served-resource.ts';
import { toListDefinitionName } from './kind-definitions.ts';
import { listParameters } from './list-parameters.ts';
import { metaV1 } from './meta-definitions.ts';
import { type CompletedOpenAPIOptions, protobufMediaType } from './openapi-options.ts';
import { toOperationGroupVersion, toTag, withArticle } from './operation-name.ts';
import type { Operation, Parameter } from './operation.ts';
import { deleteParameters, patchParameters, writeParameters } from './write-parameters.ts';

const watchOnly: ReadonlySet<string> = new Set(['allowWatchBookmarks', 'sendInitialEvents', 'watch']);
const notForDeletion: ReadonlySet<string> = new Set(['allowWatchBookmarks', 'watch']);

/** What operations of one kind are made from. */
export interface KindContext {
  readonly kind: KindDefinition;
  /** What is read and written, when that is not the kind itself. */
  readonly as?: SubresourceKind;
  readonly options: CompletedOpenAPIOptions;
  /** Parameters that every path of the kind has, such as the namespace. */
  readonly parameters: readonly Parameter[];
}

/** What tells one operation from the others of its kind. */
interface Variant {
  readonly method: Operation['method'];
  /** The `x-kubernetes-action`. */
  readonly action: string;
  /** The start of the operation id: `list` of `listCoreV1NamespacedPod`. */
  readonly verb: string;
  /** The end of the operation id: `NamespacedPod`. */
  readonly object: string;
  readonly description: string;
  readonly answer: string;
  readonly codes: Operation['codes'];
  readonly parameters?: readonly Parameter[];
  readonly body?: NonNullable<Operation['body']>;
  readonly consumes?: readonly string[];
  readonly streams?: boolean;
}

/** GET on a collection. `object` is the end of its operation id, as in the functions below. */
export function listOperation(context: KindContext, object: string): Operation {
  const streams = toVerbs(context.kind).includes('watch');
  return newOperation(context, {
    method: 'get',
    verb: 'list',
    action: 'list',
    object,
    codes: ['200'],
    streams,
    description: `list ${streams ? 'or watch ' : ''}objects of kind ${context.kind.kind}`,
    parameters: listParameters.filter((each) => streams || !watchOnly.has(each.name)),
    answer: toListDefinitionName(context.kind),
  });
}

/** GET on the deprecated watch path of a collection. */
export function watchListOperation(context: KindContext, object: string): Operation {
  return newOperation(context, {
    method: 'get',
    verb: 'watch',
    action: 'watchlist',
    object,
    codes: ['200'],
    streams: true,
    description: `watch individual changes to a list of ${context.kind.kind}. deprecated: use the 'watch' parameter with a list operation instead.`,
    parameters: listParameters,
    answer: `${metaV1}WatchEvent`,
  });
}

/** GET on the deprecated watch path of one object. */
export function watchOperation(context: KindContext, object: string): Operation {
  return newOperation(context, {
    method: 'get',
    verb: 'watch',
    action: 'watch',
    object,
    codes: ['200'],
    streams: true,
    description: `watch changes to an object of kind ${context.kind.kind}. deprecated: use the 'watch' parameter with a list operation instead, filtered to a single item with the 'fieldSelector' parameter.`,
    parameters: listParameters,
    answer: `${metaV1}WatchEvent`,
  });
}

/** POST on a collection, or with `part` on a subresource of one object. */
export function createOperation(context: KindContext, object: string, part = ''): Operation {
  const definition = toBodyDefinition(context);
  return newOperation(context, {
    method: 'post',
    verb: 'create',
    action: 'post',
    object,
    codes: ['200', '201', '202'],
    answer: definition,
    description: `create ${part}${withArticle(context.kind.kind)}`,
    parameters: writeParameters,
    body: { definition, required: true },
  });
}

/** DELETE on a collection. */
export function deleteCollectionOperation(context: KindContext, object: string): Operation {
  return newOperation(context, {
    method: 'delete',
    verb: 'delete',
    action: 'deletecollection',
    object: `Collection${object}`,
    description: `delete collection of ${context.kind.kind}`,
    parameters: [...listParameters.filter((each) => !notForDeletion.has(each.name)), ...deleteParameters],
    body: { definition: `${metaV1}DeleteOptions`, required: false },
    codes: ['200'],
    answer: `${metaV1}Status`,
  });
}

/** DELETE on one object, or with `part` on a subresource of it. */
export function deleteOperation(context: KindContext, object: string, part = ''): Operation {
  return newOperation(context, {
    method: 'delete',
    verb: 'delete',
    action: 'delete',
    object,
    codes: ['200', '202'],
    description: `delete ${part}${withArticle(context.kind.kind)}`,
    parameters: deleteParameters,
    body: { definition: `${metaV1}DeleteOptions`, required: false },
    answer: `${metaV1}Status`,
  });
}

/** GET on one object, or with `part` on a subresource of it. */
export function readOperation(context: KindContext, object: string, part = ''): Operation {
  return newOperation(context, {
    method: 'get',
    verb: 'read',
    action: 'get',
    object,
    codes: ['200'],
    answer: toBodyDefinition(context),
    description: `read ${part}the specified ${context.kind.kind}`,
  });
}

/** PUT on one object, or with `part` on a subresource of it. */
export function replaceOperation(context: KindContext, object: string, part = ''): Operation {
  const definition = toBodyDefinition(context);
  return newOperation(context, {
    method: 'put',
    verb: 'replace',
    action: 'put',
    object,
    codes: ['200', '201'],
    answer: definition,
    description: `replace ${part}the specified ${context.kind.kind}`,
    parameters: writeParameters,
    body: { definition, required: true },
  });
}

/** PATCH on one object, or with `part` on a subresource of it. */
export function patchOperation(context: KindContext, object: string, part = ''): Operation {
  return newOperation(context, {
    method: 'patch',
    verb: 'patch',
    action: 'patch',
    object,
    codes: ['200', '201'],
    description: `partially update ${part}the specified ${context.kind.kind}`,
    parameters: patchParameters,
    consumes: context.options.patchTypes,
    body: { definition: `${metaV1}Patch`, required: true },
    answer: toBodyDefinition(context),
  });
}

function toBodyDefinition({ kind, as }: KindContext): string {
  return (as?.schema ?? kind.schema).$id;
}

function newOperation({ kind, as = kind, options, ...context }: KindContext, variant: Variant): Operation {
  const { verb, object, streams = false, parameters = [], ...rest } = variant;
  const { group, version } = kind;
  const mediaTypes = options.mediaTypes.filter((type) => type !== protobufMediaType || kind.protobuf !== undefined);
  return {
    consumes: ['*/*'],
    ...rest,
    tag: toTag(group, version),
    operationId: `${verb}${toOperationGroupVersion(kind)}${object}`,
    parameters: [...context.parameters, ...parameters.filter((each) => !options.omittedParameters.includes(each.name))],
    produces: streams ? [...mediaTypes, ...mediaTypes.flatMap(toStreamType)] : mediaTypes,
    gvk: { group: as.group, version: as.version, kind: as.kind },
  };
}

/** Watch frames have no YAML form. */
function toStreamType(mediaType: string): string[] {
  return mediaType.endsWith('/yaml') ? [] : [`${mediaType};stream=watch`];
}
