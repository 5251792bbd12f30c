import { toAPIPath } from '../../../apimachinery/schema/group-version.ts';
import type { Verb } from '../../../apimachinery/schema/kind-definition.ts';
import { type ServedKind, type ServedResource, toServedResources } from '../discovery/served-resource.ts';
import type { KindContext } from './kind-operations.ts';
import {
  createOperation,
  deleteCollectionOperation,
  deleteOperation,
  listOperation,
  patchOperation,
  readOperation,
  replaceOperation,
  watchListOperation,
  watchOperation,
} from './kind-operations.ts';
import type { CompletedOpenAPIOptions } from './openapi-options.ts';
import type { Operation, PathItem } from './operation.ts';
import { newPathItem } from './operation.ts';
import { namespaceParameter, prettyParameter, toNameParameter } from './path-parameters.ts';

/** Every path that a kind is served under: collection, object, subresources, and the deprecated watch paths. */
export function toKindPaths(kind: ServedKind, options: CompletedOpenAPIOptions): PathItem[] {
  const namespaced = kind.scope === 'Namespaced';
  const parameters = namespaced ? [namespaceParameter, prettyParameter] : [prettyParameter];
  const scope: Scope = {
    context: { kind, options, parameters },
    prefix: toAPIPath(kind),
    place: namespaced ? `namespaces/{namespace}/${kind.plural}` : kind.plural,
    object: namespaced ? `Namespaced${kind.kind}` : kind.kind,
  };
  const paths = toServedResources([kind])
    .filter(({ documented }) => documented)
    .flatMap((served) =>
      served.subresource === undefined ? toResourcePaths(scope, served.verbs) : [toSubresourcePath(scope, served)],
    );
  if (namespaced) paths.push(...toAllNamespacesPaths(scope));
  return paths.filter((each) => each.operations.length > 0);
}

interface Scope {
  readonly context: KindContext;
  /** `/apis/<group>/<version>`. */
  readonly prefix: string;
  /** Where the collection is below the prefix. */
  readonly place: string;
  /** End of the operation ids. */
  readonly object: string;
}

type Builders = { readonly [V in Verb]?: () => Operation };

function toResourcePaths(scope: Scope, verbs: readonly Verb[]): PathItem[] {
  const { prefix, place, object } = scope;
  const collection = scope.context;
  const item = withName(collection);
  return [
    toPath(`${prefix}/${place}`, verbs, {
      list: () => listOperation(collection, object),
      create: () => createOperation(collection, object),
      deletecollection: () => deleteCollectionOperation(collection, object),
    }),
    toPath(`${prefix}/${place}/{name}`, verbs, {
      get: () => readOperation(item, object),
      update: () => replaceOperation(item, object),
      delete: () => deleteOperation(item, object),
      patch: () => patchOperation(item, object),
    }),
    toPath(`${prefix}/watch/${place}`, verbs, { watch: () => watchListOperation(collection, `${object}List`) }),
    toPath(`${prefix}/watch/${place}/{name}`, verbs, { watch: () => watchOperation(item, object) }),
  ];
}

function toSubresourcePath(scope: Scope, { subresource = '', as, verbs }: ServedResource): PathItem {
  const context = { ...withName(scope.context), ...(as === undefined ? {} : { as }) };
  const object = `${scope.object}${subresource.charAt(0).toUpperCase()}${subresource.slice(1)}`;
  const part = `${subresource} of `;
  return toPath(`${scope.prefix}/${scope.place}/{name}/${subresource}`, verbs, {
    get: () => readOperation(context, object, part),
    update: () => replaceOperation(context, object, part),
    create: () => createOperation(context, object, part),
    delete: () => deleteOperation(context, object, part),
    patch: () => patchOperation(context, object, part),
  });
}

/** Across namespaces, objects can be listed and watched, but neither created nor deleted. */
function toAllNamespacesPaths({ context, prefix }: Scope): PathItem[] {
  const { kind, plural } = context.kind;
  const everywhere: KindContext = { ...context, parameters: [prettyParameter] };
  const verbs = context.kind.verbs ?? ['list', 'watch'];
  return [
    toPath(`${prefix}/${plural}`, verbs, { list: () => listOperation(everywhere, `${kind}ForAllNamespaces`) }),
    toPath(`${prefix}/watch/${plural}`, verbs, {
      watch: () => watchListOperation(everywhere, `${kind}ListForAllNamespaces`),
    }),
  ];
}

function toPath(path: string, verbs: readonly Verb[], builders: Builders): PathItem {
  const operations = Object.entries(builders).filter(([verb]) => verbs.some((each) => each === verb));
  return newPathItem(
    path,
    operations.map(([, build]) => build()),
  );
}

function withName(context: KindContext): KindContext {
  return { ...context, parameters: [...context.parameters, toNameParameter(context.kind.kind)] };
}
