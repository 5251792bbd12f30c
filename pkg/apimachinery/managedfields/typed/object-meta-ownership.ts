import type { Schema } from '../../schema/schema.ts';
import { objectMetaSchema } from '../../validation/object-meta-schema.ts';

const { ownerReferences, finalizers } = objectMetaSchema.properties ?? {};

/**
 * The structure of `metadata` with what upstream says of ownership: a finalizer or a reference to an owner is owned by itself,
 * labels and annotations by key.
 */
export const ownedObjectMetaSchema: Schema = {
  ...objectMetaSchema,
  properties: {
    ...objectMetaSchema.properties,
    ownerReferences: {
      ...ownerReferences,
      items: { ...ownerReferences?.items, 'x-kubernetes-map-type': 'atomic' },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['uid'],
    },
    finalizers: { ...finalizers, 'x-kubernetes-list-type': 'set' },
  },
};
