import type { KubernetesList, KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { hasReason } from '../../apimachinery/errors/status-error.ts';
import type { ListRequest, ResourceRef, RESTClient, WatchFrame } from '../rest/interface.ts';
import type { ListerWatcher, ListSnapshot, ResourceEvent } from './lister-watcher.ts';

/** What to follow on a server. */
export interface RESTListerWatcherOptions {
  readonly client: RESTClient;
  readonly resource: ResourceRef;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Evenly distributed in [0, 1), so that not all watches end at once. Default: `Math.random`. */
  readonly random?: () => number;
}

const pageSize = 500;

/** Watches last from this many seconds to twice as many, as client-go's do: a connection that died silently is then noticed. */
const minWatchSeconds = 300;

/** Lists in pages and watches with bookmarks over a REST client. */
export function newRESTListerWatcher<T extends KubernetesObject>(options: RESTListerWatcherOptions): ListerWatcher<T> {
  const { client, resource, random = Math.random } = options;
  const { labelSelector = '', fieldSelector = '' } = options;
  return {
    async list(signal) {
      const request = { labelSelector, fieldSelector, signal };
      try {
        return await listPages<T>(options, request);
      } catch (error) {
        // The rest of a list that was read too slowly is gone; the whole in one piece is not.
        if (!hasReason(error, 'Expired')) throw error;
        return toSnapshot([await client.list<T>(resource, request)]);
      }
    },
    async watch(resourceVersion, sink, signal) {
      const timeoutSeconds = Math.floor(minWatchSeconds * (1 + random()));
      const request = {
        labelSelector,
        fieldSelector,
        resourceVersion,
        allowWatchBookmarks: true,
        timeoutSeconds,
        signal,
      };
      for await (const frame of client.watch<T>(resource, request)) sink(toResourceEvent(frame));
    },
  };
}

async function listPages<T extends KubernetesObject>(
  options: RESTListerWatcherOptions,
  request: ListRequest,
): Promise<ListSnapshot<T>> {
  const { client, resource } = options;
  const pages: KubernetesList<T>[] = [];
  let token: string | undefined;
  do {
    const page: KubernetesList<T> = await client.list<T>(resource, {
      ...request,
      limit: pageSize,
      continue: token ?? '',
    });
    pages.push(page);
    token = page.metadata.continue;
  } while (token !== undefined && token !== '');
  return toSnapshot(pages);
}

function toSnapshot<T extends KubernetesObject>(pages: readonly KubernetesList<T>[]): ListSnapshot<T> {
  return { items: pages.flatMap((page) => page.items), resourceVersion: pages[0]?.metadata.resourceVersion ?? '' };
}

function toResourceEvent<T extends KubernetesObject>({ type, object }: WatchFrame<T>): ResourceEvent<T> {
  return type === 'BOOKMARK' ? { type, resourceVersion: object.metadata.resourceVersion ?? '' } : { type, object };
}
