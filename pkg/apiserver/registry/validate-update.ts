import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { KindDefinition } from '../../apimachinery/schema/kind-definition.ts';
import type { FieldError } from '../../apimachinery/validation/field-error.ts';
import { validateObjectMetaUpdate } from '../../apimachinery/validation/object-meta-update.ts';
import type { StoreOptions } from './store-options.ts';

/** An object before and after an update, with the rules that it has to keep. */
export interface UpdatedObject<T extends KubernetesObject> {
  readonly draft: T;
  readonly old: T;
  readonly kind: KindDefinition<T>;
  /** `status` or another subresource, or empty for the resource itself. */
  readonly subresource: string;
}

/** What is wrong with an update: metadata, structure, and the kind's own rules. */
export async function validateUpdate<T extends KubernetesObject>(
  { draft, old, kind, subresource }: UpdatedObject<T>,
  validator: StoreOptions<T>['validator'],
): Promise<FieldError[]> {
  const once = validateObjectMetaUpdate(draft.metadata, old.metadata);
  // Upstream checks metadata for every kind, and most kinds do so again: clients see each cause twice.
  const meta = [...once, ...once];
  const structure = await validator.validate(draft, kind.schema);
  const { strategy } = kind;
  if (subresource === 'status') return [...meta, ...structure, ...(strategy?.validateStatusUpdate?.(draft, old) ?? [])];
  const own =
    strategy?.validateUpdate === undefined ? strategy?.validate?.(draft) : strategy.validateUpdate(draft, old);
  return [...meta, ...structure, ...(own ?? [])];
}
