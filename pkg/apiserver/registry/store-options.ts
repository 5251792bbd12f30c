import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { KindDefinition } from '../../apimachinery/schema/kind-definition.ts';
import type { StructuralValidator } from '../../apimachinery/validation/structural.ts';
import type { Storage } from '../../storage/interface.ts';
import type { AdmissionHook } from '../admission/admission.ts';
import type { Ownership } from './ownership.ts';
import type { UserInfo } from '../user-info.ts';
import type { DeletionStrategy } from './deletion-strategy.ts';

/** What a store is made of. */
export interface StoreOptions<T extends KubernetesObject> {
  readonly kind: KindDefinition<T>;
  readonly storage: Storage;
  readonly validator: StructuralValidator;
  readonly admission: readonly AdmissionHook[];
  /** Default: one that takes all versions of the kind for alike. */
  readonly ownership?: Ownership | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly newUID: () => string;
  /** Suffix of generated names. */
  readonly newNameSuffix: () => string;
  /** Default: finalizers alone hold an object. */
  readonly deletion?: DeletionStrategy<T> | undefined;
  /** Whether a garbage collector runs, so that a delete may leave work for it. Default: none does. */
  readonly garbageCollection?: boolean | undefined;
}

/** Who writes, and whether anything is stored. */
export interface WriteOptions {
  readonly user: UserInfo;
  /** On whose behalf fields are written. Default: `unknown`. */
  readonly manager?: string | undefined;
  readonly dryRun: boolean;
  /** Asked before a write to an object that is not there creates it. Throws a 403. */
  readonly mayCreate?: (() => Promise<void>) | undefined;
  /** Adds a text to the `Warning` header. */
  readonly warn: (text: string) => void;
}

/** What must be true of the stored object for a delete to happen. */
export interface Preconditions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}
