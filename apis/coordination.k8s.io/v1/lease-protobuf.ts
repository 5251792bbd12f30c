import { message, optional, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';

const leaseSpecMessage = message('LeaseSpec', {
  holderIdentity: [1, optional('string')],
  leaseDurationSeconds: [2, optional('int32')],
  acquireTime: [3, optional('microTime')],
  renewTime: [4, optional('microTime')],
  leaseTransitions: [5, optional('int32')],
  strategy: [6, optional('string')],
  preferredHolder: [7, optional('string')],
});

/** How `Lease` is written as protobuf. */
export const leaseMessage: ProtobufMessage = message('Lease', {
  metadata: [1, objectMetaMessage],
  spec: [2, leaseSpecMessage],
});
