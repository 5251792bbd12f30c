import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { KindDefinition } from '../../apimachinery/schema/kind-definition.ts';
import { applySchemaDefaults } from '../../apimachinery/validation/defaults.ts';

/** Fills in what a client left out: the schema's defaults, then the kind's own. Changes `draft`. */
export function applyDefaults<T extends KubernetesObject>(draft: T, kind: KindDefinition<T>): void {
  applySchemaDefaults(draft, kind.schema);
  kind.strategy?.applyDefaults?.(draft);
}
