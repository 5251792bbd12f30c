import type { APIGroup, GroupVersionForDiscovery } from '../../../../apis/meta/v1/types.ts';
import { toAPIVersion } from '../../../apimachinery/schema/group-version.ts';

/** A group and its versions in order of preference, the first being the preferred one. */
export interface GroupVersions {
  readonly group: string;
  readonly versions: readonly [string, ...string[]];
}

/** Legacy discovery document of all groups but the core one: `/apis`. */
export interface APIGroupList {
  kind: 'APIGroupList';
  apiVersion: 'v1';
  groups: APIGroup[];
}

/** Legacy discovery document of the core group: `/api`. Without an `apiVersion`, as kube-apiserver sends it. */
export interface APIVersions {
  kind: 'APIVersions';
  versions: string[];
  serverAddressByClientCIDRs: { clientCIDR: string; serverAddress: string }[];
}

/** Legacy discovery document of one group: `/apis/<group>`. */
export function toAPIGroup(group: GroupVersions): APIGroup {
  return { kind: 'APIGroup', apiVersion: 'v1', ...toListedGroup(group) };
}

/** Legacy discovery document of `/apis`: groups in the given order, the core group left out. */
export function toAPIGroupList(groups: readonly GroupVersions[]): APIGroupList {
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groups.filter((each) => each.group !== '').map(toListedGroup),
  };
}

/** Legacy discovery document of `/api`. `serverAddress` is the `host:port` that clients reach this server at. */
export function toAPIVersions(versions: readonly string[], serverAddress: string): APIVersions {
  return {
    kind: 'APIVersions',
    versions: [...versions],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
  };
}

function toListedGroup({ group, versions }: GroupVersions): APIGroup {
  const all = versions.map((version) => toGroupVersionForDiscovery(group, version));
  return { name: group, versions: all, preferredVersion: toGroupVersionForDiscovery(group, versions[0]) };
}

function toGroupVersionForDiscovery(group: string, version: string): GroupVersionForDiscovery {
  return { groupVersion: toAPIVersion({ group, version }), version };
}
