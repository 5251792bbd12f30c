import type { Handler } from '../../request-context.ts';
import { writeObject } from '../response/write-object.ts';
import type { ResourceScope } from './resource-scope.ts';
import { readObject, readWriteOptions, toStoreOptions } from './write-request.ts';

/** Stores a new object. */
export function newCreateHandler(scope: ResourceScope): Handler {
  return async (context) => {
    const options = readWriteOptions(context, scope, 'CreateOptions');
    const object = await readObject(context, scope, options);
    const created = await scope.store.create(object, context.info.namespace, toStoreOptions(context, options));
    await writeObject(context, scope, { status: 201, object: created });
  };
}
