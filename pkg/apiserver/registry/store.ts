import type { KubernetesObject, ManagedFieldsEntry } from '../../../apis/meta/v1/types.ts';
import {
  newAlreadyExists,
  newGenerateNameConflict,
  newInvalid,
  newNotFound,
} from '../../apimachinery/errors/constructors.ts';
import { hasReason, StatusError } from '../../apimachinery/errors/status-error.ts';
import { cloneJSON } from '../../apimachinery/runtime/json.ts';
import { restoreManagedFields } from '../../apimachinery/managedfields/admitted-managed-fields.ts';
import { keepManagedFieldsTimes } from '../../apimachinery/managedfields/managed-fields-times.ts';
import type { JSONObject } from '../../apimachinery/runtime/json.ts';
import type { GroupResource } from '../../apimachinery/schema/group-version.ts';
import type { KindDefinition, Strategy } from '../../apimachinery/schema/kind-definition.ts';
import { validateSubdomainName } from '../../apimachinery/validation/name-functions.ts';
import { validateObjectMeta } from '../../apimachinery/validation/object-meta.ts';
import type { FieldError } from '../../apimachinery/validation/field-error.ts';
import type { Storage } from '../../storage/interface.ts';
import { type AdmissionRequest, runMutatingAdmission, runValidatingAdmission } from '../admission/admission.ts';
import { prepareForCreate } from './before-create.ts';
import { checkUpdatePreconditions, prepareForUpdate } from './before-update.ts';
import { dedupeOwnerReferences } from './dedupe-owner-references.ts';
import { type Deletion, type DeleteOptions, deleteObject, removeUnchanged } from './delete-object.ts';
import { type ObjectName, toStorageKey } from './key.ts';
import { type ListPage, type ListQuery, listObjects } from './list-objects.ts';
import { newOwnership, type Ownership } from './ownership.ts';
import type { StoreOptions, WriteOptions } from './store-options.ts';
import { validateUpdate } from './validate-update.ts';
import { type ObjectSink, type WatchQuery, watchObjects } from './watch-objects.ts';
import { LastFinalizerGone, writeUnlessReleased } from './write-unless-released.ts';
import { type FailedOperation, translateStorageError } from './translate-storage-error.ts';

/** How often a generated name is tried before giving up. */
const maxGenerateAttempts = 8;

/** What an update does to which object. */
export interface Update<T extends KubernetesObject> extends ObjectName {
  /** `status` or another subresource, or empty for the resource itself. */
  readonly subresource: string;
  /** Rules of a subresource that may write what the resource itself may not; they stand in place of the kind's own. */
  readonly strategy?: Pick<Strategy<T>, 'prepareForUpdate' | 'validateUpdate'> | undefined;
  /** UID that the stored object must have; absent or empty for any. */
  readonly uid?: string | undefined;
  /** Makes the wanted state from the stored one; called again after a storage race. Must not change its argument. */
  transform(old: T): T | Promise<T>;
  /** What comes out of `transform` says already who owns which field. */
  readonly ownershipDone?: true | undefined;
}

/** A config and the object that it is for. */
export interface Apply<T extends KubernetesObject> extends ObjectName {
  readonly subresource: string;
  readonly config: JSONObject;
  /** Takes fields from other managers instead of failing. */
  readonly force: boolean;
  /** Takes the merged object as one of the kind: pruned, with defaults. */
  decode(merged: KubernetesObject): T;
}

/** How an apply ended. */
export interface Applied<T extends KubernetesObject> {
  readonly object: T;
  readonly created: boolean;
}

/**
 * The objects of one kind: validation, strategy, admission and storage in their order (Go: `registry.Store`).
 *
 * Objects that come out are frozen and shared. Every failure is a `StatusError`, and a refused write leaves nothing behind.
 */
export class Store<T extends KubernetesObject = KubernetesObject> {
  readonly #options: StoreOptions<T>;
  readonly #ownership: Ownership;

  constructor(options: StoreOptions<T>) {
    this.#options = options;
    const kind = options.kind as unknown as KindDefinition;
    this.#ownership = options.ownership ?? newOwnership({ kind, now: options.now });
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
      // Only a generated name is tried again.
      const draft = generated ? cloneJSON(object) : object;
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
    const finish = async (current: KubernetesObject): Promise<T> => {
      const old = current as T;
      const draft = await update.transform(old);
      return this.#checkUpdate({ draft, old }, update, write);
    };
    return this.#translate({ operation: 'update', name: update.name }, async () => {
      if (write.dryRun) return finish(await this.get(update));
      for (;;) {
        const written = await writeUnlessReleased(this.#options, key, finish);
        if (!(written instanceof LastFinalizerGone)) return written;
        const { current, draft } = written;
        // Somebody else wrote in between: what is to be done is decided anew.
        if ((await removeUnchanged(this, key, current.metadata.resourceVersion)) !== undefined) return draft as T;
      }
    });
  }

  /**
   * Makes an object what a config says, keeping what others own; creates it when there is none. Throws 409 with the fields that belong
   * to others, and what update and create throw.
   */
  async apply(apply: Apply<T>, write: WriteOptions): Promise<Applied<T>> {
    const { config, force, subresource } = apply;
    const merge = (live: T | undefined): T =>
      apply.decode(this.#ownership.apply(live, { config, force, subresource, manager: write.manager ?? '' }));
    for (;;) {
      try {
        const update = { ...apply, transform: merge, ownershipDone: true } as const;
        return { object: await this.update(update, write), created: false };
      } catch (error) {
        if (!hasReason(error, 'NotFound') || subresource !== '') throw error;
      }
      await write.mayCreate?.();
      try {
        const object = await this.#createOnce(merge(undefined), apply.namespace, { ...write, ownershipDone: true });
        return { object, created: true };
      } catch (error) {
        // Somebody else created it in between: their object is updated.
        if (!hasReason(error, 'AlreadyExists')) throw error;
      }
    }
  }

  /** Deletes an object, or marks it as deleted while finalizers hold it. Throws 404, 409. */
  delete(name: ObjectName, options: DeleteOptions): Promise<Deletion<T>> {
    const failed = { operation: 'delete', name: name.name } as const;
    return this.#translate(failed, () => deleteObject(this.#options, name, options));
  }

  async #createOnce(draft: T, namespace: string, write: WriteOptions & { ownershipDone?: true }): Promise<T> {
    const { kind, admission } = this.#options;
    // Before the kind's own rules: what they fill in is nobody's.
    if (write.ownershipDone !== true) {
      this.#ownership.record(draft, undefined, { manager: write.manager ?? '', subresource: '' });
    }
    prepareForCreate(draft, namespace, this.#options);
    const request = this.#toAdmissionRequest('CREATE', { draft, namespace, write });
    await this.#mutate(draft, request);
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
    try {
      if (!write.dryRun) return (await this.storage.create(key, draft)) as T;
      if ((await this.storage.get(key)) === undefined) return draft;
      throw newAlreadyExists(this.resource, name);
    } catch (error) {
      const translated = translateStorageError(error, { operation: 'create', name, resource: this.resource });
      if (hasReason(translated, 'AlreadyExists')) throw await this.#explainExistence(key, translated as StatusError);
      throw translated;
    }
  }

  /** Whoever creates an object again should know that the old one is merely waiting for its finalizers. */
  async #explainExistence(key: string, error: StatusError): Promise<StatusError> {
    const existing = await this.storage.get(key).catch(() => undefined);
    if (existing?.metadata.deletionTimestamp === undefined) return error;
    return new StatusError({ ...error.status, message: `object is being deleted: ${error.message}` });
  }

  async #checkUpdate(pair: { draft: T; old: T }, update: Update<T>, write: WriteOptions): Promise<T> {
    const { admission } = this.#options;
    const { draft, old } = pair;
    if (draft === old) return old;
    const { manager = '' } = write;
    const kind = withStrategy(this.kind, update.strategy);
    const replacement = { draft, old, kind, subresource: update.subresource, uid: update.uid };
    checkUpdatePreconditions(replacement);
    prepareForUpdate(replacement);
    if (update.ownershipDone !== true) {
      this.#ownership.record(draft, old, { manager, subresource: update.subresource });
    }
    const request = { ...this.#toAdmissionRequest('UPDATE', { draft, namespace: update.namespace, write }), old };
    const withSubresource = { ...request, subresource: update.subresource };
    await this.#mutate(draft, withSubresource);
    keepTimes(draft, old);
    this.#throwFaults(
      update.name,
      await validateUpdate({ ...pair, kind, subresource: update.subresource }, this.#options.validator),
    );
    kind.strategy?.warnings?.(draft, old).forEach((text) => write.warn(text));
    await runValidatingAdmission(admission, withSubresource);
    return draft;
  }

  async #mutate(draft: T, request: AdmissionRequest): Promise<void> {
    dedupeOwnerReferences(draft, '', request.warn);
    if (this.#options.admission.every((hook) => hook.mutate === undefined)) return;
    const { managedFields: before } = draft.metadata;
    await runMutatingAdmission(this.#options.admission, request);
    const { managedFields, warning } = restoreManagedFields(before, draft.metadata.managedFields);
    setManagedFields(draft, managedFields);
    if (warning !== undefined) request.warn(warning);
    dedupeOwnerReferences(draft, ' after mutating admission happens', request.warn);
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

function withStrategy<T extends KubernetesObject>(
  kind: KindDefinition<T>,
  strategy: Update<T>['strategy'],
): KindDefinition<T> {
  return strategy === undefined ? kind : { ...kind, strategy: { ...kind.strategy, ...strategy } };
}

/** A write that changes nothing but times is none. */
function keepTimes(draft: KubernetesObject, old: KubernetesObject): void {
  setManagedFields(draft, keepManagedFieldsTimes(draft, old));
}

function setManagedFields({ metadata }: KubernetesObject, managedFields: ManagedFieldsEntry[] | undefined): void {
  if (managedFields === undefined) delete metadata.managedFields;
  else metadata.managedFields = managedFields;
}
