import { applyEventDefaults, toSource } from '../../core/v1/event-defaults.ts';
import type { Event as CoreEvent } from '../../core/v1/event-schema.ts';
import { dropZeroes, orderMembers } from '../../../pkg/apimachinery/runtime/go-members.ts';
import { normaliseMicroTime, normaliseTime } from '../../../pkg/apimachinery/time/rfc3339.ts';
import { toReference } from '../../core/v1/object-reference-schema.ts';
import type { KubernetesObject } from '../../meta/v1/types.ts';
import { type Event, eventSchema } from './event-schema.ts';

// Source: kubernetes `pkg/apis/events/v1/conversion.go`.

/** Members that have another name in core/v1. */
const coreNames: Readonly<Record<string, string>> = {
  regarding: 'involvedObject',
  note: 'message',
  reportingController: 'reportingComponent',
  deprecatedSource: 'source',
  deprecatedFirstTimestamp: 'firstTimestamp',
  deprecatedLastTimestamp: 'lastTimestamp',
  deprecatedCount: 'count',
};

const members: readonly string[] = Object.keys(eventSchema.properties ?? {});

/** The same event as core/v1 has it. The argument is not changed. */
export function toCoreEvent(event: Event): CoreEvent {
  const draft: CoreEvent = rename(event, (member) => [member, coreNames[member] ?? member]);
  applyEventDefaults(draft);
  return draft;
}

/** An event of core/v1 as this group has it. The argument is not changed. */
export function fromCoreEvent(event: KubernetesObject): Event {
  const draft: Event = rename(event, (member) => [coreNames[member] ?? member, member]);
  applyDefaults(draft);
  return draft;
}

/** As Go writes it: what is empty is left out or written out, depending on the member, and times are in UTC. Parts are copied. */
export function applyDefaults(draft: Event): void {
  dropZeroes(draft, [
    'reportingController',
    'reportingInstance',
    'action',
    'reason',
    'note',
    'type',
    'deprecatedCount',
  ]);
  draft.eventTime = normaliseMicroTime(draft.eventTime);
  if (draft.series !== undefined) {
    const { count = 0, lastObservedTime } = draft.series;
    draft.series = { count, lastObservedTime: normaliseMicroTime(lastObservedTime) };
  }
  draft.regarding = toReference(draft.regarding ?? {});
  if (draft.related !== undefined) draft.related = toReference(draft.related);
  draft.deprecatedSource = toSource(draft.deprecatedSource ?? {});
  draft.deprecatedFirstTimestamp = normaliseTime(draft.deprecatedFirstTimestamp);
  draft.deprecatedLastTimestamp = normaliseTime(draft.deprecatedLastTimestamp);
  orderMembers(draft, eventSchema);
}

/** What Go writes of an event in which nothing is set. */
export const emptyEvent: { readonly [member: string]: unknown } = {
  eventTime: null,
  regarding: {},
  deprecatedSource: {},
  deprecatedFirstTimestamp: null,
  deprecatedLastTimestamp: null,
};

/** A copy with members under other names. */
function rename(
  { kind, apiVersion, metadata, ...rest }: KubernetesObject,
  toNames: (member: string) => readonly [from: string, to: string],
): KubernetesObject {
  const from = rest as Record<string, unknown>;
  const pairs = members.map(toNames).filter(([name]) => from[name] !== undefined);
  return { kind, apiVersion, metadata, ...Object.fromEntries(pairs.map(([name, to]) => [to, from[name]])) };
}
