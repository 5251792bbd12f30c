import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { eventColumns } from '../../core/v1/event-columns.ts';
import { validateEvent, validateStrictly, validateStrictUpdate } from '../../core/v1/event-validation.ts';
import { applyDefaults, emptyEvent, fromCoreEvent, toCoreEvent } from './event-conversion.ts';
import { eventMessage } from './event-protobuf.ts';
import { type Event, eventSchema } from './event-schema.ts';

/** The events of core/v1 under newer names and with stricter rules. Source: kubernetes `pkg/registry/core/event/strategy.go`. */
export const eventKind: KindDefinition<Event> = {
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  singular: 'event',
  scope: 'Namespaced',
  shortNames: ['ev'],
  schema: eventSchema,
  protobuf: eventMessage,
  columns: eventColumns.map((column) => ({ ...column, cell: (event, now) => column.cell(toCoreEvent(event), now) })),
  selectableFields: {
    'regarding.kind': ({ regarding }) => regarding?.kind ?? '',
    'regarding.namespace': ({ regarding }) => regarding?.namespace ?? '',
    'regarding.name': ({ regarding }) => regarding?.name ?? '',
    'regarding.uid': ({ regarding }) => regarding?.uid ?? '',
    'regarding.apiVersion': ({ regarding }) => regarding?.apiVersion ?? '',
    'regarding.resourceVersion': ({ regarding }) => regarding?.resourceVersion ?? '',
    'regarding.fieldPath': ({ regarding }) => regarding?.fieldPath ?? '',
    reason: ({ reason = '' }) => reason,
    reportingController: ({ reportingController = '' }) => reportingController,
    type: ({ type = '' }) => type,
  },
  allowCreateOnUpdate: true,
  tracksGeneration: false,
  emptyMembers: emptyEvent,
  strategy: {
    applyDefaults,
    validate(event) {
      const core = toCoreEvent(event);
      return [...validateEvent(core, 'reportingController'), ...validateStrictly(core)];
    },
    validateUpdate(event, old) {
      const core = toCoreEvent(event);
      return [...validateEvent(core, 'reportingController'), ...validateStrictUpdate(core, toCoreEvent(old))];
    },
  },
  storedAs: { group: '', version: 'v1', toStored: toCoreEvent, fromStored: fromCoreEvent },
};
