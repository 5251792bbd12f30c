import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import type { KubernetesObject } from '../../meta/v1/types.ts';
import {
  type LocalObjectReference,
  localObjectReferenceSchema,
  type ObjectReference,
  objectReferenceSchema,
} from './object-reference-schema.ts';

/** An identity for processes, with the Secrets that belong to it. */
export interface ServiceAccount extends KubernetesObject {
  secrets?: ObjectReference[];
  imagePullSecrets?: LocalObjectReference[];
  automountServiceAccountToken?: boolean;
}

/** Schema of `ServiceAccount`. */
export const serviceAccountSchema: KindDefinition['schema'] = {
  $id: 'io.k8s.api.core.v1.ServiceAccount',
  type: 'object',
  description:
    'ServiceAccount binds together: * a name, understood by users, and perhaps by peripheral systems, for an identity * a principal that can be authenticated and authorized * a set of secrets',
  properties: {
    secrets: {
      type: 'array',
      description:
        'Secrets of the same namespace that pods running as this ServiceAccount are allowed to use, where the deprecated annotation "kubernetes.io/enforce-mountable-secrets" limits them to this list. It does not list tokens: those come from the TokenRequest API. More info: https://kubernetes.io/docs/concepts/configuration/secret',
      items: { ...objectReferenceSchema, default: {} },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'name',
    },
    imagePullSecrets: {
      type: 'array',
      description:
        'Secrets of the same namespace with which images are pulled for pods that run as this ServiceAccount. More info: https://kubernetes.io/docs/concepts/containers/images/#specifying-imagepullsecrets-on-a-pod',
      items: { ...localObjectReferenceSchema, default: {} },
      'x-kubernetes-list-type': 'atomic',
    },
    automountServiceAccountToken: {
      type: 'boolean',
      description:
        'AutomountServiceAccountToken indicates whether pods running as this service account should have an API token automatically mounted. Can be overridden at the pod level.',
    },
  },
};
