import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import type { KubernetesObject } from '../../meta/v1/types.ts';
import { type EventSeries, type EventSource, eventSourceSchema } from '../../core/v1/event-schema.ts';
import { type ObjectReference, objectReferenceSchema } from '../../core/v1/object-reference-schema.ts';

/** What happened to an object. Times that are not known are `null`, as Go writes them. */
export interface Event extends KubernetesObject {
  eventTime?: string | null;
  series?: EventSeries;
  reportingController?: string;
  reportingInstance?: string;
  action?: string;
  reason?: string;
  regarding?: ObjectReference;
  related?: ObjectReference;
  note?: string;
  type?: string;
  deprecatedSource?: EventSource;
  deprecatedFirstTimestamp?: string | null;
  deprecatedLastTimestamp?: string | null;
  deprecatedCount?: number;
}

/** Schema of `Event`, in upstream's words and order. */
export const eventSchema: KindDefinition['schema'] = {
  $id: 'io.k8s.api.events.v1.Event',
  type: 'object',
  description:
    'Event is a report of an event somewhere in the cluster. It generally denotes some state change in the system. Events have a limited retention time and triggers and messages may evolve with time.  Event consumers should not rely on the timing of an event with a given Reason reflecting a consistent underlying trigger, or the continued existence of events with that Reason.  Events should be treated as informative, best-effort, supplemental data.',
  required: ['eventTime'],
  properties: {
    eventTime: {
      $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime',
      description: 'eventTime is the time when this Event was first observed. It is required.',
    },
    series: {
      $id: 'io.k8s.api.events.v1.EventSeries',
      type: 'object',
      description: "series is data about the Event series this event represents or nil if it's a singleton Event.",
      $description:
        'EventSeries contain information on series of events, i.e. thing that was/is happening continuously for some time. How often to update the EventSeries is up to the event reporters. The default event reporter in "k8s.io/client-go/tools/events/event_broadcaster.go" shows how this struct is updated on heartbeats and can guide customized reporter implementations.',
      required: ['count', 'lastObservedTime'],
      properties: {
        count: {
          type: 'integer',
          format: 'int32',
          default: 0,
          description: 'count is the number of occurrences in this series up to the last heartbeat time.',
        },
        lastObservedTime: {
          $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime',
          description: 'lastObservedTime is the time when last Event from the series was seen before last heartbeat.',
        },
      },
    },
    reportingController: {
      type: 'string',
      description:
        'reportingController is the name of the controller that emitted this Event, e.g. `kubernetes.io/kubelet`. This field cannot be empty for new Events.',
    },
    reportingInstance: {
      type: 'string',
      description:
        'reportingInstance is the ID of the controller instance, e.g. `kubelet-xyzf`. This field cannot be empty for new Events and it can have at most 128 characters.',
    },
    action: {
      type: 'string',
      description:
        'action is what action was taken/failed regarding to the regarding object. It is machine-readable. This field cannot be empty for new Events and it can have at most 128 characters.',
    },
    reason: {
      type: 'string',
      description:
        'reason is why the action was taken. It is human-readable. This field cannot be empty for new Events and it can have at most 128 characters.',
    },
    regarding: {
      ...objectReferenceSchema,
      default: {},
      description:
        "regarding contains the object this Event is about. In most cases it's an Object reporting controller implements, e.g. ReplicaSetController implements ReplicaSets and this event is emitted because it acts on some changes in a ReplicaSet object.",
    },
    related: {
      ...objectReferenceSchema,
      description:
        'related is the optional secondary object for more complex actions. E.g. when regarding object triggers a creation or deletion of related object.',
    },
    note: {
      type: 'string',
      description:
        'note is a human-readable description of the status of this operation. Maximal length of the note is 1kB, but libraries should be prepared to handle values up to 64kB.',
    },
    type: {
      type: 'string',
      description:
        'type is the type of this event (Normal, Warning), new types could be added in the future. It is machine-readable. This field cannot be empty for new Events.',
    },
    deprecatedSource: {
      ...eventSourceSchema,
      description: 'deprecatedSource is the deprecated field assuring backward compatibility with core.v1 Event type.',
    },
    deprecatedFirstTimestamp: {
      $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
      description:
        'deprecatedFirstTimestamp is the deprecated field assuring backward compatibility with core.v1 Event type.',
    },
    deprecatedLastTimestamp: {
      $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
      description:
        'deprecatedLastTimestamp is the deprecated field assuring backward compatibility with core.v1 Event type.',
    },
    deprecatedCount: {
      type: 'integer',
      format: 'int32',
      description: 'deprecatedCount is the deprecated field assuring backward compatibility with core.v1 Event type.',
    },
  },
};
