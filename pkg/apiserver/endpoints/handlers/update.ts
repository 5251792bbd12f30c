import { cloneJSON } from '../../../apimachinery/runtime/json.ts';
import { hasReason } from '../../../apimachinery/errors/status-error.ts';
import type { Handler } from '../../request-context.ts';
import { writeObject } from '../response/write-object.ts';
import type { ObjectScope } from './resource-scope.ts';
import { checkNameMatches, readObject, readWriteOptions, toStoreOptions } from './write-request.ts';

/** Replaces an object, or its status; creates it where the kind allows that. */
export function newUpdateHandler(scope: ObjectScope, subresource: string): Handler {
  return async (context) => {
    const options = readWriteOptions(context, scope, 'UpdateOptions');
    const object = await readObject(context, scope, options);
    const { namespace, name } = context.info;
    checkNameMatches(object, name);
    const write = toStoreOptions(context, options);
    const { uid } = object.metadata;
    const update = { namespace, name, subresource, uid, transform: () => cloneJSON(object) };
    try {
      await writeObject(context, scope, { status: 200, object: await scope.store.update(update, write) });
    } catch (error) {
      const creates = scope.kind.allowCreateOnUpdate === true && subresource === '';
      if (!creates || !hasReason(error, 'NotFound')) throw error;
      await write.mayCreate?.();
      const created = await scope.store.create(object, namespace, write);
      await writeObject(context, scope, { status: 201, object: created });
    }
  };
}
