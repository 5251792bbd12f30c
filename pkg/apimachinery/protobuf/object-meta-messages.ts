import { list, mapOf, message, optional, required, type ProtobufMessage } from './message.ts';

const ownerReferenceMessage = message('OwnerReference', {
  kind: [1, required('string')],
  name: [3, required('string')],
  uid: [4, required('string')],
  apiVersion: [5, required('string')],
  controller: [6, optional('bool')],
  blockOwnerDeletion: [7, optional('bool')],
});

const managedFieldsEntryMessage = message('ManagedFieldsEntry', {
  manager: [1, 'string'],
  operation: [2, 'string'],
  apiVersion: [3, 'string'],
  time: [4, optional('time')],
  fieldsType: [6, 'string'],
  fieldsV1: [7, optional('fieldsV1')],
  subresource: [8, 'string'],
});

/** Metadata of an object. */
export const objectMetaMessage: ProtobufMessage = message('ObjectMeta', {
  name: [1, 'string'],
  generateName: [2, 'string'],
  namespace: [3, 'string'],
  selfLink: [4, 'string'],
  uid: [5, 'string'],
  resourceVersion: [6, 'string'],
  generation: [7, 'int64'],
  creationTimestamp: [8, 'time'],
  deletionTimestamp: [9, optional('time')],
  deletionGracePeriodSeconds: [10, optional('int64')],
  labels: [11, mapOf('string')],
  annotations: [12, mapOf('string')],
  ownerReferences: [13, list(ownerReferenceMessage)],
  finalizers: [14, list('string')],
  managedFields: [17, list(managedFieldsEntryMessage)],
});

const shardInfoMessage = message('ShardInfo', {
  selector: [1, required('string')],
});

/** Metadata of a list. */
export const listMetaMessage: ProtobufMessage = message('ListMeta', {
  selfLink: [1, 'string'],
  resourceVersion: [2, 'string'],
  continue: [3, 'string'],
  remainingItemCount: [4, optional('int64')],
  shardInfo: [5, optional(shardInfoMessage)],
});

/** An object reduced to its metadata. */
export const partialObjectMetadataMessage: ProtobufMessage = message('PartialObjectMetadata', {
  metadata: [1, objectMetaMessage],
});
