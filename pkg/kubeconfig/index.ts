/**
 * Kubeconfig files.
 *
 * @module
 */
export type { AdminKubeconfigOptions, EmittedKubeconfig, ServiceKubeconfigOptions } from './emit-kubeconfig.ts';
export { emitAdminKubeconfig, emitServiceKubeconfig } from './emit-kubeconfig.ts';
export type { KubeconfigCredentials, KubeconfigOptions } from './new-kubeconfig.ts';
export { newKubeconfig } from './new-kubeconfig.ts';
export { toKubeconfigYAML } from './to-kubeconfig-yaml.ts';
export type { Cluster, Context, Kubeconfig, NamedCluster, NamedContext, NamedUser, User } from './types.ts';
export { writeKubeconfig } from './write-kubeconfig.ts';
