import { list, message, required, type ProtobufMessage } from './message.ts';

const groupVersionForDiscoveryMessage = message('GroupVersionForDiscovery', {
  groupVersion: [1, required('string')],
  version: [2, required('string')],
});

const serverAddressByClientCIDRMessage = message('ServerAddressByClientCIDR', {
  clientCIDR: [1, required('string')],
  serverAddress: [2, required('string')],
});

/** A group in legacy discovery. */
export const apiGroupMessage: ProtobufMessage = message('APIGroup', {
  name: [1, required('string')],
  versions: [2, list(groupVersionForDiscoveryMessage)],
  preferredVersion: [3, groupVersionForDiscoveryMessage],
  serverAddressByClientCIDRs: [4, list(serverAddressByClientCIDRMessage)],
});

/** Legacy discovery of all groups. */
export const apiGroupListMessage: ProtobufMessage = message('APIGroupList', {
  groups: [1, list(apiGroupMessage)],
});

const apiResourceMessage = message('APIResource', {
  name: [1, required('string')],
  namespaced: [2, required('bool')],
  kind: [3, required('string')],
  verbs: [4, required('strings')],
  shortNames: [5, list('string')],
  singularName: [6, required('string')],
  categories: [7, list('string')],
  group: [8, 'string'],
  version: [9, 'string'],
  storageVersionHash: [10, 'string'],
});

/** Legacy discovery of one group/version. */
export const apiResourceListMessage: ProtobufMessage = message('APIResourceList', {
  groupVersion: [1, required('string')],
  resources: [2, list(apiResourceMessage)],
});

/** Legacy discovery of the core group. */
export const apiVersionsMessage: ProtobufMessage = message('APIVersions', {
  versions: [1, list('string')],
  serverAddressByClientCIDRs: [2, list(serverAddressByClientCIDRMessage)],
});
