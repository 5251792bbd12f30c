import { ageColumn } from '../../../pkg/apimachinery/runtime/age-column.ts';
import type { PrinterColumn } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import type { AnyBinding } from './binding-validation.ts';

/** Columns of a binding; `kind` is how the descriptions name it. Source: kubernetes `pkg/printers/internalversion`. */
export function newBindingColumns(kind: string, roleDescription: string): readonly PrinterColumn<AnyBinding>[] {
  const newSubjects = (name: string, cell: PrinterColumn<AnyBinding>['cell']): PrinterColumn<AnyBinding> => ({
    name,
    type: 'string',
    priority: 1,
    description: `${name} in the ${kind}`,
    cell,
  });
  return [
    {
      name: 'Role',
      type: 'string',
      description: roleDescription,
      cell: ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`,
    },
    ageColumn,
    newSubjects('Users', (binding) => listNames(binding, 'User')),
    newSubjects('Groups', (binding) => listNames(binding, 'Group')),
    newSubjects('ServiceAccounts', (binding) => listNames(binding, 'ServiceAccount')),
  ];
}

function listNames({ subjects = [] }: AnyBinding, wanted: string): string {
  return subjects
    .filter(({ kind }) => kind === wanted)
    .map(({ kind, namespace = '', name }) => (kind === 'ServiceAccount' ? `${namespace}/${name}` : name))
    .join(', ');
}
