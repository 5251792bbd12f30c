import { newBadRequest } from '../../../apimachinery/errors/constructors.ts';
import { parseResourceVersion, waitForRevision } from '../../registry/resource-version.ts';
import { translateStorageError } from '../../registry/translate-storage-error.ts';
import type { Handler, RequestContext } from '../../request-context.ts';
import { writeObject } from '../response/write-object.ts';
import type { ObjectScope } from './resource-scope.ts';
import { untilAnswered } from './until-answered.ts';

/** Answers with one object, not older than `resourceVersion`. */
export function newGetHandler(scope: ObjectScope): Handler {
  return async (context) => {
    const { query, info } = context;
    if (query.has('export'))
      throw newBadRequest('the export parameter, deprecated since v1.14, is no longer supported');
    const revision = parseResourceVersion(query.get('resourceVersion') ?? '');
    if (revision > 0) await waitFor(revision, context, scope);
    await writeObject(context, scope, { status: 200, object: await scope.store.get(info) });
  };
}

async function waitFor(revision: number, context: RequestContext, { kind, store }: ObjectScope): Promise<void> {
  try {
    await waitForRevision({ storage: store.storage, revision, signal: untilAnswered(context) });
  } catch (error) {
    const resource = { group: kind.group, resource: kind.plural };
    throw translateStorageError(error, { resource, name: context.info.name, operation: 'get', revision });
  }
}
