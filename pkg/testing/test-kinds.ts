import type { KindDefinition } from '../apimachinery/schema/kind-definition.ts';
import type { ObjectFromSchema } from '../apimachinery/schema/schema.ts';
import { invalid } from '../apimachinery/validation/field-error.ts';

const widgetSchema = {
  $id: 'com.example.test.v1.Widget',
  type: 'object',
  description: 'Widget is namespaced, has a status subresource and rules of its own.',
  properties: {
    spec: {
      $id: 'com.example.test.v1.WidgetSpec',
      type: 'object',
      description: 'The wanted state.',
      required: ['size'],
      properties: {
        size: { type: 'integer', format: 'int32', description: 'Not negative.' },
        color: { type: 'string', enum: ['red', 'green', 'blue'], default: 'red', description: 'Default red.' },
        tags: { type: 'array', items: { type: 'string' }, description: 'Any texts.' },
        settings: { type: 'object', additionalProperties: { type: 'string' }, description: 'Any pairs.' },
      },
    },
    status: {
      $id: 'com.example.test.v1.WidgetStatus',
      type: 'object',
      description: 'What has been observed.',
      properties: { phase: { type: 'string', description: 'One word.' } },
    },
  },
} as const;

/** A namespaced object with a status. */
export type Widget = ObjectFromSchema<typeof widgetSchema>;

/** A namespaced kind with a status subresource, a default, validation, a warning, columns and a selectable field. */
export const widgetKind: KindDefinition<Widget> = {
  group: 'test.example.com',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  singular: 'widget',
  shortNames: ['wd'],
  scope: 'Namespaced',
  schema: widgetSchema,
  statusSubresource: true,
  // Takes `spec` for granted, as cells of kinds with a required `spec` do.
  columns: [
    { name: 'Size', type: 'integer', description: 'How large it is.', cell: (widget) => specOf(widget).size },
    { name: 'Color', type: 'string', description: 'What it looks like.', priority: 1, cell: (w) => specOf(w).color },
  ],
  selectableFields: { 'spec.color': ({ spec }) => spec?.color ?? '' },
  strategy: {
    validate: ({ spec }) =>
      (spec?.size ?? 0) < 0 ? [invalid('spec.size', spec?.size, 'must be greater than or equal to 0')] : [],
    validateUpdate: ({ spec }, old) =>
      (spec?.size ?? 0) < (old.spec?.size ?? 0) ? [invalid('spec.size', spec?.size, 'must not shrink')] : [],
    validateStatusUpdate: ({ status }) =>
      status?.phase === 'Broken' ? [invalid('status.phase', status.phase, 'must not be broken')] : [],
    warnings: ({ spec }) => (spec?.color === 'green' ? ['spec.color: green is going out of fashion'] : []),
  },
};

const gadgetSchema = {
  $id: 'com.example.test.v1.Gadget',
  type: 'object',
  description: 'Gadget is cluster-scoped and has nothing special.',
  properties: {
    data: { type: 'object', additionalProperties: { type: 'string' }, description: 'Any pairs.' },
  },
} as const;

/** A cluster-scoped object. */
export type Gadget = ObjectFromSchema<typeof gadgetSchema>;

/** A cluster-scoped kind without anything. */
export const gadgetKind: KindDefinition<Gadget> = {
  group: 'test.example.com',
  version: 'v1',
  kind: 'Gadget',
  plural: 'gadgets',
  singular: 'gadget',
  scope: 'Cluster',
  schema: gadgetSchema,
};

function specOf({ spec }: Widget): NonNullable<Widget['spec']> {
  if (spec === undefined) throw new TypeError('a widget without a spec');
  return spec;
}

/** A widget to be created. */
export function newWidget(name: string, differences: Partial<Widget> = {}): Widget {
  const metadata = { name, ...differences.metadata };
  return { apiVersion: 'test.example.com/v1', kind: 'Widget', spec: { size: 1 }, ...differences, metadata };
}

/** A gadget to be created. */
export function newGadget(name: string, differences: Partial<Gadget> = {}): Gadget {
  const metadata = { name, ...differences.metadata };
  return { apiVersion: 'test.example.com/v1', kind: 'Gadget', ...differences, metadata };
}
