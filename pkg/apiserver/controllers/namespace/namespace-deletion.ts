import type { Namespace } from '../../../../apis/core/v1/namespace-schema.ts';
import { type FieldError, invalid } from '../../../apimachinery/validation/field-error.ts';
import { validateLabelKey } from '../../../apimachinery/validation/label-names.ts';
import type { DeletionStrategy } from '../../registry/deletion-strategy.ts';
import type { InstallOptions } from '../../server/api-server.ts';
import { newAspectSubresource } from '../../subresources/aspect.ts';

/** The finalizer that holds a namespace until it is empty. */
export const namespaceFinalizer = 'kubernetes';

/** Finalizers that need no domain. */
const standardFinalizers: readonly string[] = [namespaceFinalizer, 'orphan', 'foregroundDeletion'];

/** The first delete of a namespace only marks it. Source: kubernetes `pkg/registry/core/namespace/storage`, `Delete`. */
export const namespaceDeletion: DeletionStrategy<Namespace> = {
  isHeld: ({ metadata, spec }) => metadata.deletionTimestamp === undefined || (spec?.finalizers ?? []).length > 0,
  markTerminating(draft) {
    delete draft.metadata.deletionGracePeriodSeconds;
    draft.status = { ...draft.status, phase: 'Terminating' };
  },
};

/** What a write to `namespaces/finalize` may change: anything but the status, and first of all `spec.finalizers`. */
export const finalizeStrategy: {
  readonly prepareForUpdate: () => void;
  readonly validateUpdate: (object: Namespace) => FieldError[];
} = {
  prepareForUpdate: () => undefined,
  validateUpdate: ({ spec }) => validateFinalizers(spec?.finalizers ?? []),
};

/** What `namespaces` are to be installed with where a namespace controller runs. */
export const namespaceInstallation: InstallOptions<Namespace> = {
  subresources: [newAspectSubresource({ name: 'finalize', verbs: ['update'], strategy: finalizeStrategy })],
  deletion: namespaceDeletion,
};

function validateFinalizers(finalizers: readonly string[]): FieldError[] {
  return finalizers.flatMap((name, index) => {
    const field = `spec.finalizers[${index}]`;
    const faults = validateLabelKey(name).map((detail) => invalid(field, name, detail));
    if (name.includes('/') || standardFinalizers.includes(name)) return faults;
    return [...faults, invalid(field, name, 'name is neither a standard finalizer name nor is it fully qualified')];
  });
}
