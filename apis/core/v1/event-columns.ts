import { nameColumn } from '../../../pkg/apimachinery/runtime/table.ts';
import type { PrinterColumn } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { toAge } from '../../../pkg/apimachinery/time/human-duration.ts';
import { type Event, eventSchema } from './event-schema.ts';
import { objectReferenceSchema } from './object-reference-schema.ts';

const describe = (member: string): string => eventSchema.properties?.[member]?.description ?? '';

/** What `kubectl get events` shows; the name only in the wide form. Source: kubernetes `pkg/printers/internalversion/printers.go`. */
export const eventColumns: readonly PrinterColumn<Event>[] = [
  { name: 'Last Seen', type: 'string', description: describe('lastTimestamp'), cell: toLastSeen },
  { name: 'Type', type: 'string', description: describe('type'), cell: ({ type = '' }) => type },
  { name: 'Reason', type: 'string', description: describe('reason'), cell: ({ reason = '' }) => reason },
  { name: 'Object', type: 'string', description: describe('involvedObject'), cell: toObjectText },
  {
    name: 'Subobject',
    type: 'string',
    priority: 1,
    description: objectReferenceSchema.properties?.['fieldPath']?.description ?? '',
    cell: ({ involvedObject }) => involvedObject?.fieldPath ?? '',
  },
  { name: 'Source', type: 'string', priority: 1, description: describe('source'), cell: toSourceText },
  { name: 'Message', type: 'string', description: describe('message'), cell: ({ message = '' }) => message.trim() },
  { name: 'First Seen', type: 'string', priority: 1, description: describe('firstTimestamp'), cell: toFirstSeen },
  { name: 'Count', type: 'string', priority: 1, description: describe('count'), cell: toCount },
  { ...nameColumn, priority: 1 },
];

function toFirstSeen({ firstTimestamp, eventTime }: Event, now: number): string {
  return toAge(firstTimestamp ?? eventTime, now);
}

function toLastSeen(event: Event, now: number): string {
  const { series, lastTimestamp } = event;
  if (series !== undefined) return toAge(series.lastObservedTime, now);
  return (lastTimestamp ?? '') === '' ? toFirstSeen(event, now) : toAge(lastTimestamp, now);
}

/** An event of the newer form that happened once is not counted. */
function toCount({ series, count = 0 }: Event): number {
  if (series !== undefined) return series.count ?? 0;
  return count === 0 ? 1 : count;
}

function toObjectText({ involvedObject: { kind = '', name = '' } = {} }: Event): string {
  return name === '' ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`;
}

function toSourceText({ source = {}, reportingComponent = '', reportingInstance = '' }: Event): string {
  const component = source.component ?? reportingComponent;
  const instance = source.host ?? reportingInstance;
  return instance === '' ? component : `${component}, ${instance}`;
}
