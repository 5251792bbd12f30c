import type { Schema } from '../schema/schema.ts';

const string: Schema = { type: 'string' };
const boolean: Schema = { type: 'boolean' };
const int64: Schema = { type: 'integer', format: 'int64' };
const stringMap: Schema = { type: 'object', additionalProperties: string };
/** A time, with or without a fraction of a second. */
export const timeSchema: Schema = { type: 'string', format: 'date-time' };

/** Structure of `metadata`, members in the order in which upstream writes them. Descriptions are the business of OpenAPI. */
export const objectMetaSchema: Schema = {
  $id: 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
  type: 'object',
  properties: {
    name: string,
    generateName: string,
    namespace: string,
    selfLink: string,
    uid: string,
    resourceVersion: string,
    generation: int64,
    creationTimestamp: { ...timeSchema, nullable: true },
    deletionTimestamp: { ...timeSchema, nullable: true },
    deletionGracePeriodSeconds: { ...int64, nullable: true },
    labels: stringMap,
    annotations: stringMap,
    ownerReferences: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['uid'],
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'uid',
      items: {
        $id: 'io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference',
        type: 'object',
        properties: {
          apiVersion: string,
          kind: string,
          name: string,
          uid: string,
          controller: boolean,
          blockOwnerDeletion: boolean,
        },
      },
    },
    finalizers: {
      type: 'array',
      items: string,
      'x-kubernetes-list-type': 'set',
      'x-kubernetes-patch-strategy': 'merge',
    },
    managedFields: {
      type: 'array',
      items: {
        $id: 'io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry',
        type: 'object',
        properties: {
          manager: string,
          operation: string,
          apiVersion: string,
          time: timeSchema,
          fieldsType: string,
          fieldsV1: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          subresource: string,
        },
      },
    },
  },
};
