import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import type { Schema } from '../../../pkg/apimachinery/schema/schema.ts';
import type { KubernetesObject } from '../../meta/v1/types.ts';
import { type ObjectReference, objectReferenceSchema } from './object-reference-schema.ts';

/** What happened to an object. Times that are not known are `null`, as Go writes them. */
export interface Event extends KubernetesObject {
  involvedObject?: ObjectReference;
  reason?: string;
  message?: string;
  source?: EventSource;
  firstTimestamp?: string | null;
  lastTimestamp?: string | null;
  count?: number;
  type?: string;
  eventTime?: string | null;
  series?: EventSeries;
  action?: string;
  related?: ObjectReference;
  reportingComponent?: string;
  reportingInstance?: string;
}

/** Who saw it. */
export interface EventSource {
  component?: string;
  host?: string;
}

/** How often it happened. */
export interface EventSeries {
  count?: number;
  lastObservedTime?: string | null;
}

/** Schema of `EventSource`. */
export const eventSourceSchema: Schema = {
  $id: 'io.k8s.api.core.v1.EventSource',
  type: 'object',
  default: {},
  $description: 'EventSource contains information for an event.',
  properties: {
    component: { type: 'string', description: 'Component from which the event is generated.' },
    host: { type: 'string', description: 'Node name on which the event is generated.' },
  },
};

/** Schema of `Event`, in upstream's words and order. */
export const eventSchema: KindDefinition['schema'] = {
  $id: 'io.k8s.api.core.v1.Event',
  type: 'object',
  description:
    'Event is a report of an event somewhere in the cluster.  Events have a limited retention time and triggers and messages may evolve with time.  Event consumers should not rely on the timing of an event with a given Reason reflecting a consistent underlying trigger, or the continued existence of events with that Reason.  Events should be treated as informative, best-effort, supplemental data.',
  required: ['involvedObject'],
  properties: {
    involvedObject: { ...objectReferenceSchema, default: {}, description: 'The object that this event is about.' },
    reason: {
      type: 'string',
      description:
        "This should be a short, machine understandable string that gives the reason for the transition into the object's current status.",
    },
    message: { type: 'string', description: 'A human-readable description of the status of this operation.' },
    source: {
      ...eventSourceSchema,
      description: 'The component reporting this event. Should be a short machine understandable string.',
    },
    firstTimestamp: {
      $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
      description: 'The time at which the event was first recorded. (Time of server receipt is in TypeMeta.)',
    },
    lastTimestamp: {
      $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
      description: 'The time at which the most recent occurrence of this event was recorded.',
    },
    count: { type: 'integer', format: 'int32', description: 'The number of times this event has occurred.' },
    type: {
      type: 'string',
      description: 'Type of this event (Normal, Warning), new types could be added in the future',
    },
    eventTime: {
      $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime',
      description: 'Time when this Event was first observed.',
    },
    series: {
      $id: 'io.k8s.api.core.v1.EventSeries',
      type: 'object',
      description: "Data about the Event series this event represents or nil if it's a singleton Event.",
      $description:
        'EventSeries contain information on series of events, i.e. thing that was/is happening continuously for some time.',
      properties: {
        count: {
          type: 'integer',
          format: 'int32',
          description: 'Number of occurrences in this series up to the last heartbeat time',
        },
        lastObservedTime: {
          $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime',
          description: 'Time of the last occurrence observed',
        },
      },
    },
    action: { type: 'string', description: 'What action was taken/failed regarding to the Regarding object.' },
    related: { ...objectReferenceSchema, description: 'Optional secondary object for more complex actions.' },
    reportingComponent: {
      type: 'string',
      default: '',
      description: 'Name of the controller that emitted this Event, e.g. `kubernetes.io/kubelet`.',
    },
    reportingInstance: {
      type: 'string',
      default: '',
      description: 'ID of the controller instance, e.g. `kubelet-xyzf`.',
    },
  },
};
