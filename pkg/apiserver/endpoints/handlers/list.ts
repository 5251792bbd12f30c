import type { KubernetesList } from '../../../../apis/meta/v1/types.ts';
import { newInvalid } from '../../../apimachinery/errors/constructors.ts';
import type { ListOptions } from '../../../apimachinery/runtime/options.ts';
import { parseListOptions } from '../../../apimachinery/runtime/query.ts';
import { toAPIVersion } from '../../../apimachinery/schema/group-version.ts';
import { validateListOptions } from '../../../apimachinery/validation/options.ts';
import type { ListPage, ListQuery } from '../../registry/list-objects.ts';
import { newSelection } from '../../registry/selection.ts';
import type { Handler, RequestContext } from '../../request-context.ts';
import { writeList } from '../response/write-object.ts';
import type { ResourceScope } from './resource-scope.ts';
import { untilAnswered } from './until-answered.ts';

/** Answers with the objects of a collection that match, a page at a time. */
export function newListHandler(scope: ResourceScope): Handler {
  return async (context) => {
    const options = readListOptions(context);
    const page = await scope.store.list(toListQuery(context, scope, options));
    await writeList(context, scope, toList(scope, page));
  };
}

/** Options of a list or watch, valid together. Throws 400 and 422. */
export function readListOptions({ query, info }: RequestContext): ListOptions {
  const options = { ...parseListOptions(query), watch: info.verb === 'watch' };
  const faults = validateListOptions(options);
  if (faults.length > 0) throw newInvalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', faults);
  return options;
}

/** What the registry is asked for. Throws 400 for fields that cannot be selected by. */
export function toListQuery(context: RequestContext, { kind }: ResourceScope, options: ListOptions): ListQuery {
  const { info } = context;
  const { resourceVersion, resourceVersionMatch, limit } = options;
  return {
    namespace: kind.scope === 'Cluster' ? '' : info.namespace,
    selection: newSelection(options, { kind, name: '' }),
    limit: Math.max(0, limit),
    continueToken: options.continue,
    resourceVersion,
    resourceVersionMatch: resourceVersionMatch as ListQuery['resourceVersionMatch'],
    ...(resourceVersion === '' || resourceVersion === '0' ? {} : { signal: untilAnswered(context) }),
  };
}

/** The list as clients receive it. */
export function toList({ kind }: ResourceScope, page: ListPage<KubernetesList['items'][number]>): KubernetesList {
  const { resourceVersion, continueToken, remainingItemCount } = page;
  return {
    kind: `${kind.kind}List`,
    apiVersion: toAPIVersion(kind),
    metadata: {
      resourceVersion,
      ...(continueToken === undefined ? {} : { continue: continueToken }),
      ...(remainingItemCount === undefined ? {} : { remainingItemCount }),
    },
    items: [...page.items],
  };
}
