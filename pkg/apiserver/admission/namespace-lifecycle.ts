import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { newForbidden, newNotFound } from '../../apimachinery/errors/constructors.ts';
import type { AdmissionHook, AdmissionRequest } from './admission.ts';

/** Namespaces that are always there. */
export const systemNamespaces: readonly string[] = ['default', 'kube-system'];

/**
 * Objects are created in namespaces that exist and are not terminating, and the system's own namespaces stay. Source: apiserver
 * `pkg/admission/plugin/namespace/lifecycle`.
 */
export function newNamespaceLifecycle(
  findNamespace: (name: string) => Promise<KubernetesObject | undefined>,
): AdmissionHook {
  const checkNamespace = async ({ operation, kind, namespace, name }: AdmissionRequest): Promise<void> => {
    if (operation !== 'CREATE' || kind.scope === 'Cluster') return;
    const found = await findNamespace(namespace);
    if (found === undefined) throw newNotFound({ group: '', resource: 'namespaces' }, namespace);
    if (found.metadata.deletionTimestamp === undefined) return;
    const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
    const error = newForbidden({ group: kind.group, resource: kind.plural }, name, why);
    const cause = { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated` };
    error.status.details = { ...error.status.details, causes: [{ ...cause, field: 'metadata.namespace' }] };
    throw error;
  };
  return {
    name: 'NamespaceLifecycle',
    mutate: checkNamespace,
    // Once more, right before the write: other hooks take their time, and what is written into a namespace that has been emptied
    // meanwhile would outlive it. Upstream lets five seconds pass before it empties one.
    async validate(request) {
      await checkNamespace(request);
      const { operation, kind, name } = request;
      const isNamespace = kind.group === '' && kind.plural === 'namespaces';
      if (operation !== 'DELETE' || !isNamespace || !systemNamespaces.includes(name)) return;
      throw newForbidden({ group: '', resource: 'namespaces' }, name, 'this namespace may not be deleted');
    },
  };
}
