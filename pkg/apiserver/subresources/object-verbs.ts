import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { newGetHandler } from '../endpoints/handlers/get.ts';
import { newPatchHandler } from '../endpoints/handlers/patch.ts';
import type { ObjectScope, ResourceScope } from '../endpoints/handlers/resource-scope.ts';
import { newUpdateHandler } from '../endpoints/handlers/update.ts';
import type { VerbSubresource } from './subresource.ts';

/** Verbs whose handlers are the same for every subresource that is an object. */
export type ObjectVerb = 'get' | 'patch' | 'update';

/** What the ordinary handlers work on in place of the resource. */
export interface ObjectVerbs<T extends KubernetesObject> {
  readonly name: string;
  readonly verbs: readonly ObjectVerb[];
  /** What is read and written, made from the resource. */
  readonly toScope: (scope: ResourceScope<T>) => ObjectScope;
}

/** The ordinary handlers over something else than the resource itself. */
export function newObjectVerbs<T extends KubernetesObject>(options: ObjectVerbs<T>): VerbSubresource<T>['verbs'] {
  const { name, verbs, toScope } = options;
  const all: VerbSubresource<T>['verbs'] = {
    get: (scope) => newGetHandler(toScope(scope)),
    patch: (scope) => newPatchHandler(toScope(scope), name),
    update: (scope) => newUpdateHandler(toScope(scope), name),
  };
  return Object.fromEntries(verbs.map((verb) => [verb, all[verb]]));
}
