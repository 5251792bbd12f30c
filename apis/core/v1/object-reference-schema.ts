import { dropZeroes } from '../../../pkg/apimachinery/runtime/go-members.ts';
import type { Schema } from '../../../pkg/apimachinery/schema/schema.ts';

/** What is meant by a reference to another object, perhaps of another namespace. */
export interface ObjectReference {
  kind?: string;
  namespace?: string;
  name?: string;
  uid?: string;
  apiVersion?: string;
  resourceVersion?: string;
  fieldPath?: string;
}

/** A reference as Go writes it. */
export function toReference(given: ObjectReference): ObjectReference {
  const reference = { ...given };
  dropZeroes(reference, ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath']);
  return reference;
}

/** Schema of `ObjectReference`. A reference changes as a whole. */
export const objectReferenceSchema: Schema = {
  $id: 'io.k8s.api.core.v1.ObjectReference',
  type: 'object',
  'x-kubernetes-map-type': 'atomic',
  $description: 'ObjectReference contains enough information to let you inspect or modify the referred object.',
  properties: {
    kind: {
      type: 'string',
      description:
        'Kind of the referent. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds',
    },
    namespace: {
      type: 'string',
      description:
        'Namespace of the referent. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/',
    },
    name: {
      type: 'string',
      description:
        'Name of the referent. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
    },
    uid: {
      type: 'string',
      description:
        'UID of the referent. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#uids',
    },
    apiVersion: { type: 'string', description: 'API version of the referent.' },
    resourceVersion: {
      type: 'string',
      description:
        'Specific resourceVersion to which this reference is made, if any. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#concurrency-control-and-consistency',
    },
    fieldPath: {
      type: 'string',
      description:
        'The part of the object that is meant, when it is not all of it: a JSON/Go field access such as "spec.containers{name}" for the container of that name, or "spec.containers[2]" for the third one.',
    },
  },
};

/** A reference to an object of the same namespace. */
export interface LocalObjectReference {
  name: string;
}

/** Schema of `LocalObjectReference`. */
export const localObjectReferenceSchema: Schema = {
  $id: 'io.k8s.api.core.v1.LocalObjectReference',
  type: 'object',
  'x-kubernetes-map-type': 'atomic',
  $description:
    'LocalObjectReference contains enough information to let you locate the referenced object inside the same namespace.',
  properties: {
    name: {
      type: 'string',
      default: '',
      description:
        'Name of the referent. It may be empty for the sake of old clients, which is almost certainly wrong. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
    },
  },
};
