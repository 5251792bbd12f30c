import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { validateLabelName } from '../../../pkg/apimachinery/validation/name-functions.ts';
import { ageColumn } from '../../../pkg/apimachinery/runtime/age-column.ts';
import { namespaceMessage } from './namespace-protobuf.ts';
import { namespaceSchema, type Namespace } from './namespace-schema.ts';

/** The label by which selectors find a namespace by its name. */
const nameLabel = 'kubernetes.io/metadata.name';

/** The finalizer of the namespace itself: it stays until everything in the namespace is gone. */
const namespaceFinalizer = 'kubernetes';

/** The scope of namespaced objects. Source: kubernetes `pkg/registry/core/namespace/strategy.go`. */
export const namespaceKind: KindDefinition<Namespace> = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  singular: 'namespace',
  scope: 'Cluster',
  shortNames: ['ns'],
  schema: namespaceSchema,
  protobuf: namespaceMessage,
  statusSubresource: true,
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  columns: [
    {
      name: 'Status',
      type: 'string',
      description: 'The status of the namespace',
      cell: (object) => object.status?.phase,
    },
    ageColumn,
  ],
  selectableFields: { 'status.phase': (object) => object.status?.phase ?? '' },
  tracksGeneration: false,
  strategy: { applyDefaults, prepareForCreate, prepareForUpdate, validateName: validateLabelName },
};

function applyDefaults(draft: Namespace): void {
  const { name = '' } = draft.metadata;
  if (name !== '') draft.metadata.labels = { ...draft.metadata.labels, [nameLabel]: name };
}

/** Runs after a generated name is known, so the label is set here once more. */
function prepareForCreate(draft: Namespace): void {
  applyDefaults(draft);
  const finalizers = draft.spec?.finalizers ?? [];
  draft.spec = { finalizers: [...new Set([...finalizers, namespaceFinalizer])] };
  draft.status = { phase: 'Active' };
}

/** Only the `finalize` subresource may change the finalizers. */
function prepareForUpdate(draft: Namespace, old: Namespace): void {
  if (old.spec === undefined) delete draft.spec;
  else draft.spec = { ...draft.spec, ...structuredClone(old.spec) };
}
