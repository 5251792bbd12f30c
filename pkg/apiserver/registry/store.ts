import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import {
  newAlreadyExists,
  newGenerateNameConflict,
  newInvalid,
  newNotFound,
} from '../../apimachinery/errors/constructors.ts';
import { hasReason } from '../../apimachinery/errors/status-error.ts';
import { cloneJSON } from '../../apimachinery/runtime/json.ts';
import type { GroupResource } from '../../apimachinery/schema/group-version.ts';
import type { KindDefinition } from '../../apimachinery/schema/kind-definition.ts';
import { validateSubdomainName } from '../../apimachinery/validation/name-functions.ts';
import { validateObjectMeta } from '../../apimachinery/validation/object-meta.ts';
import { validateObjectMetaUpdate } from '../../apimachinery/validation/object-meta-update.ts';
import type { FieldError } from '../../apimachinery/validation/field-error.ts';
import type { Storage } from '../../storage/interface.ts';
import { type AdmissionRequest, runMutatingAdmission, runValidatingAdmission } from '../admission/admission.ts';
import { prepareForCreate } from './before-create.ts';
import { checkUpdatePreconditions, prepareForUpdate } from './before-update.ts';
import { type Deletion, type DeleteOptions, deleteObject } from './delete-object.ts';
import { type ObjectName, toStorageKey } from './key.ts';
import { type ListPage, type ListQuery, listObjects } from './list-objects.ts';
import type { StoreOptions, WriteOptions } from './store-options.ts';
import { type ObjectSink, type WatchQuery, watchObjects } from './watch-objects.ts';
import { type FailedOperation, translateStorageError } from './translate-storage-error.ts';

/** How often a generated name is tried before giving up. */
const maxGenerateAttempts = 8;

/** What an update does to which object. */
export interface Update<T extends KubernetesObject> extends ObjectName {
  /** `status`, or empty for the resource itself. */
  readonly subresource: '' | 'status';
  /** Makes the wanted state from the stored one; called again after a storage race. Must not change its argument. */
  transform(old: T): T | Promise<T>;
}

/**
 * The objects of one kind: validation, strategy, admission and storage in their order (Go: `registry.Store`).
 *
 * Objects that come out are frozen and shared. Every failure is a `StatusError`, and a refused write leaves nothing behind.
 */
export class Store<T extends KubernetesObject = KubernetesObject> {
  readonly #options: StoreOptions<T>;

  constructor(options: StoreOptions<T>) {
    this.#options = options;
  }

  get kind(): KindDefinition<T> {
    return this.#options.kind;
  }

  get storage(): Storage {
    return this.#options.storage;
  }

  /** Group and plural, as error texts name them. */
  get resource(): GroupResource {
    return { group: this.kind.group, resource: this.kind.plural };
  }

  /** The stored object. Throws 404. */
  async get(name: ObjectName): Promise<T> {
    const key = toStorageKey(this.kind, name);
    const object = await this.#translate({ operation: 'get', name: name.name }, () => this.storage.get(key));
    if (object === undefined) throw newNotFound(this.resource, name.name);
    return object as T;
  }

  /** Objects that match, a page at a time. Throws 410 for revisions that are gone. */
  list(query: ListQuery): Promise<ListPage<T>> {
    return listObjects(this.#options, query);
  }

  /** Delivers changes until the signal is aborted. Throws 410 and 504 when the watch cannot start. */
  watch(query: WatchQuery, sink: ObjectSink<T>): Promise<void> {
    return watchObjects(this.#options, query, sink);
  }

  /** Stores a new object. `object` is taken over. Throws 409, 422 and what admission throws. */
  async create(object: T, namespace: string, write: WriteOptions): Promise<T> {
    const generated = (object.metadata.name ?? '') === '';
    for (let attempt = 1; ; attempt++) {
      const draft = cloneJSON(object);
      try {
        return await this.#createOnce(draft, namespace, write);
      } catch (error) {
        if (!generated || !hasReason(error, 'AlreadyExists')) throw error;
        if (attempt === maxGenerateAttempts) throw newGenerateNameConflict(this.resource, draft.metadata.name ?? '');
      }
    }
  }

  /** Replaces an object by what `transform` makes of it, or removes it when its last finalizer went. Throws 404, 409, 422. */
  async update(update: Update<T>, write: WriteOptions): Promise<T> {
    const key = toStorageKey(this.kind, update);
    const finish = async (current: KubernetesObject): Promise<KubernetesObject> => {
      const old = current as T;
      const draft = await update.transform(old);
      return this.#checkUpdate({ draft, old }, update, write);
    };
    return this.#translate({ operation: 'update', name: update.name }, async () => {
      if (write.dryRun) return (await finish(await this.get(update))) as T;
      const stored = (await this.storage.guaranteedUpdate(key, finish)) as T;
      return this.#removeWhenFinalized(key, stored);
    });
  }

  /** Deletes an object, or marks it as deleted while finalizers hold it. Throws 404, 409. */
  delete(name: ObjectName, options: DeleteOptions): Promise<Deletion<T>> {
    const failed = { operation: 'delete', name: name.name } as const;
    return this.#translate(failed, () => deleteObject(this.#options, name, options));
  }

  async #createOnce(draft: T, namespace: string, write: WriteOptions): Promise<T> {
    const { kind, admission } = this.#options;
    prepareForCreate(draft, namespace, this.#options);
    const request = this.#toAdmissionRequest('CREATE', { draft, namespace, write });
    await runMutatingAdmission(admission, request);
    const name = draft.metadata.name ?? '';
    const faults = [
      ...validateObjectMeta(draft.metadata, {
        namespaced: kind.scope === 'Namespaced',
        validateName: (each, prefix) =>
          kind.strategy?.validateName?.(each, prefix) ?? validateSubdomainName(each, prefix),
      }),
      ...(await this.#options.validator.validate(draft, kind.schema)),
      ...(kind.strategy?.validate?.(draft) ?? []),
    ];
    this.#throwFaults(name, faults);
    kind.strategy?.warnings?.(draft, undefined).forEach((text) => write.warn(text));
    await runValidatingAdmission(admission, request);
    const key = toStorageKey(kind, { namespace: draft.metadata.namespace ?? '', name });
    return this.#translate({ operation: 'create', name }, async () => {
      if (!write.dryRun) return (await this.storage.create(key, draft)) as T;
      await this.#throwIfExists(key, name);
      return draft;
    });
  }

  async #throwIfExists(key: string, name: string): Promise<void> {
    if ((await this.storage.get(key)) !== undefined) throw newAlreadyExists(this.resource, name);
  }

  async #checkUpdate(pair: { draft: T; old: T }, update: Update<T>, write: WriteOptions): Promise<T> {
    const { kind, admission } = this.#options;
    const { draft, old } = pair;
    if (draft === old) return old;
    const replacement = { draft, old, kind, subresource: update.subresource };
    checkUpdatePreconditions(replacement);
    prepareForUpdate(replacement);
    const request = { ...this.#toAdmissionRequest('UPDATE', { draft, namespace: update.namespace, write }), old };
    const withSubresource = { ...request, subresource: update.subresource };
    await runMutatingAdmission(admission, withSubresource);
    this.#throwFaults(update.name, await this.#validateUpdate(pair, update.subresource));
    kind.strategy?.warnings?.(draft, old).forEach((text) => write.warn(text));
    await runValidatingAdmission(admission, withSubresource);
    return draft;
  }

  async #validateUpdate({ draft, old }: { draft: T; old: T }, subresource: string): Promise<FieldError[]> {
    const { kind, validator } = this.#options;
    const meta = validateObjectMetaUpdate(draft.metadata, old.metadata);
    const structure = await validator.validate(draft, kind.schema);
    const { strategy } = kind;
    if (subresource === 'status')
      return [...meta, ...structure, ...(strategy?.validateStatusUpdate?.(draft, old) ?? [])];
    const own =
      strategy?.validateUpdate === undefined ? strategy?.validate?.(draft) : strategy.validateUpdate(draft, old);
    return [...meta, ...structure, ...(own ?? [])];
  }

  #toAdmissionRequest(
    operation: 'CREATE' | 'UPDATE',
    { draft, namespace, write }: { draft: T; namespace: string; write: WriteOptions },
  ): AdmissionRequest {
    const { user, dryRun, warn } = write;
    const name = draft.metadata.name ?? '';
    const what = { kind: this.kind as unknown as KindDefinition, namespace, name, subresource: '' };
    return { ...what, operation, object: draft, old: undefined, user, dryRun, warn };
  }

  /** A terminating object whose last finalizer is gone goes with the write that took it. */
  async #removeWhenFinalized(key: string, stored: T): Promise<T> {
    const { deletionTimestamp, finalizers, resourceVersion } = stored.metadata;
    if (deletionTimestamp === undefined || (finalizers ?? []).length > 0) return stored;
    await this.storage.delete(key, (current) => {
      if (current.metadata.resourceVersion !== resourceVersion)
        throw newNotFound(this.resource, stored.metadata.name ?? '');
    });
    return stored;
  }

  #throwFaults(name: string, faults: readonly FieldError[]): void {
    if (faults.length > 0) throw newInvalid(this.kind, name, faults);
  }

  async #translate<R>(failed: Omit<FailedOperation, 'resource'>, work: () => Promise<R>): Promise<R> {
    try {
      return await work();
    } catch (error) {
      throw translateStorageError(error, { ...failed, resource: this.resource });
    }
  }
}
