import t from 'tap';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { PrinterColumn } from '../schema/kind-definition.ts';
import {
  checkPartialObjectMetadata,
  toPartialObjectMetadata,
  toPartialObjectMetadataList,
} from './partial-object-metadata.ts';
import { newSingleRowTable, newTable, parseIncludeObject } from './table.ts';

const object: KubernetesObject = {
  kind: 'ConfigMap',
  apiVersion: 'v1',
  metadata: { name: 'a', namespace: 'g', resourceVersion: '203', creationTimestamp: '2026-11-21T10:02:39Z' },
};
const partial = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
const columns: PrinterColumn[] = [
  { name: 'Data', type: 'integer', description: 'How much.', cell: () => 1 },
  { name: 'Wide', type: 'string', format: 'x', description: 'More.', priority: 1, cell: () => undefined },
  { name: 'Age', type: 'string', description: 'Since when.', cell: (_, now) => `${now}ms` },
];
const source = { apiVersion: 'meta.k8s.io/v1', columns, includeObject: 'Metadata', now: 5 } as const;
const nameColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description:
    'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
  priority: 0,
};

t.test('a table has a row for each object', (t) => {
  const metadata = { resourceVersion: '207', continue: 'x', remainingItemCount: 3 };
  t.same(newTable({ ...source, objects: [object], metadata }), {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: [
      nameColumn,
      { name: 'Data', type: 'integer', format: '', description: 'How much.', priority: 0 },
      { name: 'Wide', type: 'string', format: 'x', description: 'More.', priority: 1 },
      { name: 'Age', type: 'string', format: '', description: 'Since when.', priority: 0 },
    ],
    rows: [{ cells: ['a', 1, null, '5ms'], object: partial }],
  });
  t.same(newTable({ ...source, objects: [], metadata }).rows, []);
  t.end();
});

t.test('a kind without columns shows when objects were created', (t) => {
  const table = newSingleRowTable(object, { ...source, columns: undefined, apiVersion: 'meta.k8s.io/v1beta1' });
  t.same(table.columnDefinitions?.[1], {
    name: 'Created At',
    type: 'date',
    format: '',
    description:
      'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata',
    priority: 0,
  });
  t.same(table.rows, [
    { cells: ['a', '2026-11-21T10:02:39Z'], object: { ...partial, apiVersion: 'meta.k8s.io/v1beta1' } },
  ]);
  t.same(table.metadata, { resourceVersion: '203' });
  t.end();
});

t.test('events after the first have no column heads', (t) => {
  t.equal(newSingleRowTable(object, { ...source, withoutColumnDefinitions: true }).columnDefinitions, null);
  t.end();
});

t.test('rows carry as much of the object as asked for', (t) => {
  const row = (includeObject: 'None' | 'Metadata' | 'Object') =>
    newSingleRowTable(object, { ...source, includeObject }).rows[0]?.object;
  t.equal(row('None'), null);
  t.same(row('Metadata'), partial);
  t.equal(row('Object'), object);
  const parse = (query: string) => parseIncludeObject(new URLSearchParams(query));
  t.same(['', 'includeObject=', 'includeObject=None', 'includeObject=Object'].map(parse), [
    'Metadata',
    'Metadata',
    'None',
    'Object',
  ]);
  t.throws(() => parse('includeObject=x'), {
    message: 'unrecognized includeObject value: "x"',
    status: { code: 400, reason: 'BadRequest' },
  });
  t.end();
});

t.test('metadata alone keeps the metadata of list and items', (t) => {
  t.same(toPartialObjectMetadata(object, 'meta.k8s.io/v1'), partial);
  const list = { kind: 'ConfigMapList', apiVersion: 'v1', metadata: { resourceVersion: '5' }, items: [object] };
  t.same(toPartialObjectMetadataList(list, 'meta.k8s.io/v1'), {
    kind: 'PartialObjectMetadataList',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: '5' },
    items: [partial],
  });
  t.end();
});

t.test('metadata of one object and of a list are different requests', (t) => {
  const encoding = (as: 'PartialObjectMetadata' | 'PartialObjectMetadataList') =>
    ({ as, mediaType: 'application/json', apiVersion: 'meta.k8s.io/v1', pretty: false }) as const;
  const check = (as: 'PartialObjectMetadata' | 'PartialObjectMetadataList', isList: boolean) => () =>
    checkPartialObjectMetadata(encoding(as), isList, isList ? '*v1.ConfigMapList' : '*v1.ConfigMap');
  t.doesNotThrow(check('PartialObjectMetadata', false));
  t.doesNotThrow(check('PartialObjectMetadataList', true));
  t.doesNotThrow(() =>
    checkPartialObjectMetadata({ as: 'Object', mediaType: 'application/json', pretty: false }, true, ''),
  );
  t.throws(check('PartialObjectMetadata', true), {
    message: 'you requested PartialObjectMetadata, but the requested object is a list (*v1.ConfigMapList)',
    status: { code: 406, reason: 'NotAcceptable' },
  });
  t.throws(check('PartialObjectMetadataList', false), {
    message: 'you requested PartialObjectMetadataList, but the requested object is not a list (*v1.ConfigMap)',
  });
  t.end();
});

t.test('a cell that throws is empty, and the rest of the table stands', async (t) => {
  const broken = {
    name: 'Broken',
    type: 'string',
    description: '',
    cell: (): string => (undefined as unknown as string[])[0] ?? '',
  } as const;
  const objects = [{ apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a' } }];
  const table = newTable({
    apiVersion: 'meta.k8s.io/v1',
    columns: [broken],
    objects,
    metadata: {},
    includeObject: 'None',
    now: 0,
  });
  t.same(table.rows, [{ cells: ['a', null], object: null }]);
});
