import { list, message, required, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';

const subjectMessage = message('Subject', {
  kind: [1, required('string')],
  apiGroup: [2, 'string'],
  name: [3, required('string')],
  namespace: [4, 'string'],
});

const roleRefMessage = message('RoleRef', {
  apiGroup: [1, required('string')],
  kind: [2, required('string')],
  name: [3, required('string')],
});

/** How `RoleBinding` is written as protobuf. */
export const roleBindingMessage: ProtobufMessage = message('RoleBinding', {
  metadata: [1, objectMetaMessage],
  subjects: [2, list(subjectMessage)],
  roleRef: [3, roleRefMessage],
});

/** How `ClusterRoleBinding` is written as protobuf. */
export const clusterRoleBindingMessage: ProtobufMessage = message('ClusterRoleBinding', {
  metadata: [1, objectMetaMessage],
  subjects: [2, list(subjectMessage)],
  roleRef: [3, roleRefMessage],
});
