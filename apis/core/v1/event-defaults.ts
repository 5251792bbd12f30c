import { dropZeroes, orderMembers } from '../../../pkg/apimachinery/runtime/go-members.ts';
import { normaliseMicroTime, normaliseTime } from '../../../pkg/apimachinery/time/rfc3339.ts';
import { type Event, type EventSeries, eventSchema, type EventSource } from './event-schema.ts';
import { toReference } from './object-reference-schema.ts';

/** What Go writes of an Event in which nothing is set. */
export const emptyEvent: { readonly [member: string]: unknown } = {
  involvedObject: {},
  source: {},
  firstTimestamp: null,
  lastTimestamp: null,
  eventTime: null,
  reportingComponent: '',
  reportingInstance: '',
};

/** As Go writes it: what is empty is left out or written out, depending on the member, and times are in UTC. Parts are copied. */
export function applyEventDefaults(draft: Event): void {
  dropZeroes(draft, ['reason', 'message', 'count', 'type', 'action']);
  draft.involvedObject = toReference(draft.involvedObject ?? {});
  draft.source = toSource(draft.source ?? {});
  draft.firstTimestamp = normaliseTime(draft.firstTimestamp);
  draft.lastTimestamp = normaliseTime(draft.lastTimestamp);
  draft.eventTime = normaliseMicroTime(draft.eventTime);
  if (draft.series !== undefined) draft.series = toSeries(draft.series);
  if (draft.related !== undefined) draft.related = toReference(draft.related);
  draft.reportingComponent ??= '';
  draft.reportingInstance ??= '';
  orderMembers(draft, eventSchema);
}

/** A source as Go writes it. */
export function toSource(given: EventSource): EventSource {
  const source = { ...given };
  dropZeroes(source, ['component', 'host']);
  return source;
}

function toSeries({ count = 0, lastObservedTime }: EventSeries): EventSeries {
  return { ...(count === 0 ? {} : { count }), lastObservedTime: normaliseMicroTime(lastObservedTime) };
}
