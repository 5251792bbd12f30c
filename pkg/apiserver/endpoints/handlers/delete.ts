import type { KubernetesObject, Status } from '../../../../apis/meta/v1/types.ts';
import type { Handler } from '../../request-context.ts';
import { writeObject } from '../response/write-object.ts';
import { writeStatus } from '../response/write-status.ts';
import { readDeleteOptions } from './read-delete-options.ts';
import type { ResourceScope } from './resource-scope.ts';

/** Deletes an object. The answer is a `Status` when it is gone, and the object itself while something holds it. */
export function newDeleteHandler(scope: ResourceScope): Handler {
  return async (context) => {
    const options = await readDeleteOptions(context, scope);
    const { gone, object } = await scope.store.delete(context.info, options);
    if (gone) return writeStatus(context, toSuccess(scope, object));
    // Upstream says "accepted" in this one case only, so as not to break older clients in the others.
    await writeObject(context, scope, { status: options.orphanDependents === false ? 202 : 200, object });
  };
}

function toSuccess({ kind }: ResourceScope, { metadata }: KubernetesObject): Status {
  const { name = '', uid = '' } = metadata;
  const details = { name, ...(kind.group === '' ? {} : { group: kind.group }), kind: kind.plural, uid };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}
