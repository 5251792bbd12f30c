import { list, message, optional, required, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { listMetaMessage, objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';

const groupVersionKindMessage = message('GroupVersionKind', {
  group: [1, required('string')],
  version: [2, required('string')],
  kind: [3, required('string')],
});

const apiSubresourceDiscoveryMessage = message('APISubresourceDiscovery', {
  subresource: [1, required('string')],
  responseKind: [2, optional(groupVersionKindMessage)],
  acceptedTypes: [3, list(groupVersionKindMessage)],
  verbs: [4, list('string')],
});

const apiResourceDiscoveryMessage = message('APIResourceDiscovery', {
  resource: [1, required('string')],
  responseKind: [2, optional(groupVersionKindMessage)],
  scope: [3, required('string')],
  singularResource: [4, required('string')],
  verbs: [5, list('string')],
  shortNames: [6, list('string')],
  categories: [7, list('string')],
  subresources: [8, list(apiSubresourceDiscoveryMessage)],
});

const apiVersionDiscoveryMessage = message('APIVersionDiscovery', {
  version: [1, required('string')],
  resources: [2, list(apiResourceDiscoveryMessage)],
  freshness: [3, 'string'],
});

const apiGroupDiscoveryMessage = message('APIGroupDiscovery', {
  metadata: [1, objectMetaMessage],
  versions: [2, list(apiVersionDiscoveryMessage)],
});

/** How `APIGroupDiscoveryList` is written as protobuf. */
export const apiGroupDiscoveryListMessage: ProtobufMessage = message('APIGroupDiscoveryList', {
  metadata: [1, listMetaMessage],
  items: [2, list(apiGroupDiscoveryMessage)],
});
