import type { KubernetesObject, ListMeta } from '../../../apis/meta/v1/types.ts';
import { newBadRequest } from '../errors/constructors.ts';
import type { PrinterColumn } from '../schema/kind-definition.ts';
import { toGoQuoted } from '../validation/go-string.ts';
import type { MetaVersion } from './negotiate.ts';
import { type PartialObjectMetadata, toPartialObjectMetadata } from './partial-object-metadata.ts';

/** Head of a column. */
export interface TableColumnDefinition {
  name: string;
  type: string;
  format: string;
  description: string;
  priority: number;
}

/** One object of a table. */
export interface TableRow {
  cells: (string | number | boolean | null)[];
  object: KubernetesObject | PartialObjectMetadata | null;
}

/** What `kubectl get` prints (Go: `metav1.Table`). */
export interface Table {
  kind: 'Table';
  apiVersion: MetaVersion;
  metadata: ListMeta;
  /** `null` in all events of a watch but the first. */
  columnDefinitions: TableColumnDefinition[] | null;
  rows: TableRow[];
}

/** How much of each object its row carries. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** What a table is made of. */
export interface TableSource {
  readonly apiVersion: MetaVersion;
  /** Columns after `Name`, or all of them when one is of the format `name`. Default: `Created At`. */
  readonly columns?: readonly PrinterColumn[] | undefined;
  readonly objects: readonly KubernetesObject[];
  readonly metadata: ListMeta;
  readonly includeObject: IncludeObject;
  /** Milliseconds since the epoch, for ages. */
  readonly now: number;
  /** Leaves out the column heads, as all events of a watch but the first do. */
  readonly withoutColumnDefinitions?: boolean;
}

/** The first column of most kinds. */
export const nameColumn: PrinterColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description:
    'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
  cell: (object) => object.metadata.name ?? '',
};

/** Upstream's description of every column that is made from `metadata.creationTimestamp`. */
export const creationTimestampDescription: string =
  'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata';

const defaultColumns: readonly PrinterColumn[] = [
  {
    name: 'Created At',
    type: 'date',
    description: creationTimestampDescription,
    cell: (object) => object.metadata.creationTimestamp,
  },
];

/** Makes a table. Metadata of objects is shared and not copied. */
export function newTable(source: TableSource): Table {
  const given = source.columns ?? defaultColumns;
  const columns = given.some(({ format }) => format === 'name') ? given : [nameColumn, ...given];
  return {
    kind: 'Table',
    apiVersion: source.apiVersion,
    metadata: source.metadata,
    columnDefinitions: source.withoutColumnDefinitions === true ? null : columns.map(toDefinition),
    rows: source.objects.map((object) => ({
      cells: columns.map((column) => toCell(column, object, source.now)),
      object: toRowObject(object, source),
    })),
  };
}

/** The table that stands for one object: the answer to a get, or one event of a watch. */
export function newSingleRowTable(object: KubernetesObject, source: Omit<TableSource, 'objects' | 'metadata'>): Table {
  const { resourceVersion } = object.metadata;
  const metadata = resourceVersion === undefined ? {} : { resourceVersion };
  return newTable({ ...source, objects: [object], metadata });
}

/** Reads `?includeObject=`. Throws a 400 `StatusError`. */
export function parseIncludeObject(query: URLSearchParams): IncludeObject {
  const value = query.get('includeObject') ?? '';
  if (value === '') return 'Metadata';
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value;
  throw newBadRequest(`unrecognized includeObject value: ${toGoQuoted(value)}`);
}

/** A cell that cannot be made is empty: one odd object must not hide all the others from `kubectl get`. */
function toCell(column: PrinterColumn, object: KubernetesObject, now: number): string | number | boolean | null {
  try {
    return column.cell(object, now) ?? null;
  } catch {
    return null;
  }
}

function toDefinition(column: PrinterColumn): TableColumnDefinition {
  const { name, type, format = '', description, priority = 0 } = column;
  return { name, type, format, description, priority };
}

function toRowObject(object: KubernetesObject, { includeObject, apiVersion }: TableSource): TableRow['object'] {
  if (includeObject === 'None') return null;
  return includeObject === 'Object' ? object : toPartialObjectMetadata(object, apiVersion);
}
