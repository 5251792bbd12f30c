import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';
import type { KindDefinition } from '../../../apimachinery/schema/kind-definition.ts';
import { applySchemaDefaults } from '../../../apimachinery/validation/defaults.ts';
import { ensureNamespace } from '../../registry/before-create.ts';
import { newOwnership } from '../../registry/ownership.ts';
import type { Handler, RequestContext } from '../../request-context.ts';
import { writeObject } from '../response/write-object.ts';
import type { ObjectScope } from './resource-scope.ts';
import { readObject, readWriteOptions, toStoreOptions } from './write-request.ts';

/** Objects that are answered and not stored (Go: a storage that is a `rest.Creater` and nothing else). */
export interface Review<T extends KubernetesObject = KubernetesObject> {
  /**
   * What a 201 answers to an object of the kind, which has its structure and its namespace, and is the reviewer's own. The user who asks
   * is `context.user`. Throws a `StatusError` to refuse.
   */
  review(object: T, context: RequestContext, options: ReviewOptions): KubernetesObject | Promise<KubernetesObject>;
}

/** How a review is asked for. */
export interface ReviewOptions {
  /** Nothing may come of it: for a review that does more than to answer. */
  readonly dryRun: boolean;
}

/** What a handler of reviews works with. */
export interface ReviewScope<T extends KubernetesObject = KubernetesObject> {
  /** What is sent and answered. */
  readonly kind: KindDefinition<T>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The UID that a client sends means something: that of the object which it speaks of. Default: it is dropped. */
  readonly keepsUID?: boolean;
}

/**
 * Answers a POST without storing anything: for a kind of its own, or for a subresource that creates something else. Admission is not
 * asked, as upstream keeps it from reviews.
 */
export function newReviewHandler<T extends KubernetesObject>(scope: ReviewScope<T>, reviewer: Review<T>): Handler {
  const kind = scope.kind as unknown as KindDefinition;
  const ownership = newOwnership({ kind, now: scope.now });
  return async (context) => {
    const wire = readWriteOptions(context, { kind }, 'CreateOptions');
    // Bodies are read and answers written by the kind alone.
    const objects = { kind, now: scope.now } as ObjectScope;
    const object = await readObject(context, objects, wire);
    const { uid } = object.metadata;
    dropSystemFields(object);
    if (scope.keepsUID === true && uid !== undefined) object.metadata.uid = uid;
    ensureNamespace(object, context.info.namespace, kind.scope);
    const { manager = '', dryRun } = toStoreOptions(context, wire);
    dropEmptyStatus(object, kind);
    ownership.record(object, undefined, { manager, subresource: context.info.subresource });
    const answer = await reviewer.review(object as T, context, { dryRun });
    await writeObject(context, objects, { status: 201, object: answer });
  };
}

/** What stands in the status by default is nobody's. */
function dropEmptyStatus(object: KubernetesObject & { status?: unknown }, kind: KindDefinition): void {
  const blank: KubernetesObject & { status?: unknown } = { apiVersion: '', kind: '', metadata: {} };
  applySchemaDefaults(blank, kind.schema);
  if (isDeepStrictEqual(object.status, blank.status)) delete object.status;
}

/** What only the server writes is dropped before anybody judges it. Source: apiserver `pkg/registry/rest/meta.go`. */
function dropSystemFields({ metadata }: KubernetesObject): void {
  delete metadata.creationTimestamp;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.uid;
  delete (metadata as { selfLink?: unknown }).selfLink;
}
