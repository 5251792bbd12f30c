import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { applyConfig } from '../../apimachinery/managedfields/apply-config.ts';
import { newFieldSetOfNames } from '../../apimachinery/managedfields/field-set/field-set-builder.ts';
import type { FieldSet } from '../../apimachinery/managedfields/field-set/field-set.ts';
import { newObjectType } from '../../apimachinery/managedfields/typed/compile-type.ts';
import type { FieldType } from '../../apimachinery/managedfields/typed/field-type.ts';
import { updateManagedFields } from '../../apimachinery/managedfields/update-managed-fields.ts';
import type { ConvertObject } from '../../apimachinery/managedfields/versions.ts';
import type { JSONObject } from '../../apimachinery/runtime/json.ts';
import { toAPIVersion } from '../../apimachinery/schema/group-version.ts';
import type { KindDefinition } from '../../apimachinery/schema/kind-definition.ts';

/** Who writes to what. */
export interface Writer {
  /** Name of the manager; empty stands for `unknown`. */
  readonly manager: string;
  readonly subresource: string;
}

/** A config that is applied. */
export interface AppliedConfig extends Writer {
  readonly config: JSONObject;
  /** Takes fields from other managers instead of failing. */
  readonly force: boolean;
}

/** Keeps the books of one kind: which manager owns which field (Go: `managedfields.FieldManager`). */
export interface Ownership {
  /** Brings `draft.metadata.managedFields` up to date with an ordinary write. `live` is absent on create. */
  record(draft: KubernetesObject, live: KubernetesObject | undefined, writer: Writer): void;
  /** What a config makes of the stored object, ownership included. Throws 400, 409 and 500. */
  apply(live: KubernetesObject | undefined, config: AppliedConfig): KubernetesObject;
}

/** What the books need to know. */
export interface OwnershipOptions {
  readonly kind: KindDefinition;
  readonly now: () => number;
  /** For kinds in several versions: fields are owned in the version in which they were written. */
  readonly convert?: ConvertObject | undefined;
}

/** Makes the books of a kind. The type is compiled with the first write. */
export function newOwnership({ kind, now, convert }: OwnershipOptions): Ownership {
  let type: FieldType | undefined;
  const optionsFor = ({ manager, subresource }: Writer) => ({
    type: (type ??= newObjectType(kind.schema)),
    apiVersion: toAPIVersion(kind),
    manager,
    subresource,
    resetFields: resetFieldsOf(kind, subresource),
    now,
    ...(convert === undefined ? {} : { convert }),
    ...(kind.emptyMembers === undefined ? {} : { emptyObject: toEmptyObject(kind, kind.emptyMembers) }),
  });
  return {
    record(draft, live, writer) {
      const managedFields = updateManagedFields({ ...optionsFor(writer), live, draft });
      if (managedFields === undefined) delete draft.metadata.managedFields;
      else draft.metadata.managedFields = managedFields;
    },
    apply: (live, { config, force, ...writer }) =>
      applyConfig({ ...optionsFor(writer), kind: kind.kind, live, config, force }),
  };
}

function toEmptyObject(kind: KindDefinition, members: object): KubernetesObject {
  return { kind: kind.kind, apiVersion: toAPIVersion(kind), metadata: {}, ...members };
}

/** Fields that a write cannot change, whatever it says: nobody comes to own them by it. */
function resetFieldsOf(kind: KindDefinition, subresource: string): FieldSet {
  if (kind.statusSubresource !== true) return newFieldSetOfNames([]);
  if (subresource !== 'status') return newFieldSetOfNames([['status']]);
  const members = Object.keys(kind.schema.properties ?? {}).filter((member) => member !== 'status');
  return newFieldSetOfNames(members.map((member) => [member]));
}
