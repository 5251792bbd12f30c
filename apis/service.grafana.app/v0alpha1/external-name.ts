import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { ageColumn } from '../../../pkg/apimachinery/runtime/age-column.ts';
import { externalNameSchema, type ExternalName } from './external-name-schema.ts';
import { validateExternalName } from './external-name-validation.ts';

/** The kind that says where a service runs. Flags as in Grafana's later versions: a PUT may create, and may come without revision. */
export const externalNameKind: KindDefinition<ExternalName> = {
  group: 'service.grafana.app',
  version: 'v0alpha1',
  kind: 'ExternalName',
  plural: 'externalnames',
  singular: 'externalname',
  scope: 'Namespaced',
  schema: externalNameSchema,
  columns: [
    { name: 'Host', type: 'string', description: 'The service host', cell: (object) => object.spec?.host },
    ageColumn,
  ],
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: true,
  strategy: { validate: validateExternalName },
};
