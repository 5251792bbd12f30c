import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { eventColumns } from './event-columns.ts';
import { applyEventDefaults, emptyEvent } from './event-defaults.ts';
import { eventMessage } from './event-protobuf.ts';
import { type Event, eventSchema } from './event-schema.ts';
import { validateEvent } from './event-validation.ts';

/** What happened to an object, for people to read. Source: kubernetes `pkg/registry/core/event/strategy.go`. */
export const eventKind: KindDefinition<Event> = {
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  singular: 'event',
  scope: 'Namespaced',
  shortNames: ['ev'],
  schema: eventSchema,
  protobuf: eventMessage,
  columns: eventColumns,
  selectableFields: {
    'involvedObject.kind': ({ involvedObject }) => involvedObject?.kind ?? '',
    'involvedObject.namespace': ({ involvedObject }) => involvedObject?.namespace ?? '',
    'involvedObject.name': ({ involvedObject }) => involvedObject?.name ?? '',
    'involvedObject.uid': ({ involvedObject }) => involvedObject?.uid ?? '',
    'involvedObject.apiVersion': ({ involvedObject }) => involvedObject?.apiVersion ?? '',
    'involvedObject.resourceVersion': ({ involvedObject }) => involvedObject?.resourceVersion ?? '',
    'involvedObject.fieldPath': ({ involvedObject }) => involvedObject?.fieldPath ?? '',
    reason: ({ reason = '' }) => reason,
    reportingComponent: ({ reportingComponent = '' }) => reportingComponent,
    source: ({ source, reportingComponent = '' }) => source?.component ?? reportingComponent,
    type: ({ type = '' }) => type,
  },
  allowCreateOnUpdate: true,
  tracksGeneration: false,
  emptyMembers: emptyEvent,
  strategy: { applyDefaults: applyEventDefaults, validate: (event) => validateEvent(event) },
};
