import type { GroupVersionKind } from '../../../apimachinery/schema/group-version.ts';
import type { KindDefinition } from '../../../apimachinery/schema/kind-definition.ts';
import { type ServedKind, toServedResources, toVerbs } from '../discovery/served-resource.ts';
import type { Definition } from './definition.ts';
import { apiVersionDescription, kindDescription } from './definitions/type-meta.ts';
import { addDefinition, hoistChildren } from './hoist.ts';
import { metaV1 } from './meta-definitions.ts';

const apiConventions = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md';

const typeMetaProperties: { readonly [name: string]: Definition } = {
  apiVersion: { description: apiVersionDescription, type: 'string' },
  kind: { description: kindDescription, type: 'string' },
};

/** Name of the definition that a kind's lists have. */
export function toListDefinitionName(kind: KindDefinition): string {
  return `${kind.schema.$id}List`;
}

/** Collects the definitions of a kind: its own, its list's, its subresources', and every named schema inside of them. */
export function addKindDefinitions(definitions: Map<string, Definition>, kind: ServedKind): void {
  addDefinition(definitions, kind.schema.$id, toObjectDefinition(kind, definitions));
  if (toVerbs(kind).includes('list')) addDefinition(definitions, toListDefinitionName(kind), toListDefinition(kind));
  for (const { as, documented } of toServedResources([kind])) {
    if (!documented || as?.schema === undefined) continue;
    addDefinition(definitions, as.schema.$id, toObjectDefinition({ ...as, schema: as.schema }, definitions));
  }
}

type SchemaOfKind = GroupVersionKind & Pick<KindDefinition, 'schema'>;

function toObjectDefinition(kind: SchemaOfKind, definitions: Map<string, Definition>): Definition {
  const schema = hoistChildren(kind.schema, definitions);
  return {
    ...schema,
    properties: {
      ...typeMetaProperties,
      metadata: {
        description: `Standard object's metadata. More info: ${apiConventions}#metadata`,
        default: {},
        $ref: `${metaV1}ObjectMeta`,
      },
      ...schema.properties,
    },
    'x-kubernetes-group-version-kind': [{ group: kind.group, version: kind.version, kind: kind.kind }],
  };
}

function toListDefinition(kind: KindDefinition): Definition {
  const listKind = `${kind.kind}List`;
  return {
    description: `${listKind} is a list of ${kind.kind} objects.`,
    type: 'object',
    required: ['items'],
    properties: {
      ...typeMetaProperties,
      items: {
        description: `Items is the list of ${kind.kind}`,
        type: 'array',
        items: { default: {}, $ref: kind.schema.$id },
      },
      metadata: {
        description: `Standard list metadata More info: ${apiConventions}#metadata`,
        default: {},
        $ref: `${metaV1}ListMeta`,
      },
    },
    'x-kubernetes-group-version-kind': [{ group: kind.group, version: kind.version, kind: listKind }],
  };
}
