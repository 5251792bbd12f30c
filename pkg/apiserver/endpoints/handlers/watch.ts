import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';
import { newInternalError } from '../../../apimachinery/errors/constructors.ts';
import { isStatusError, type StatusError } from '../../../apimachinery/errors/status-error.ts';
import type { ListOptions } from '../../../apimachinery/runtime/options.ts';
import { negotiateWatch } from '../../../apimachinery/runtime/negotiate.ts';
import { newSelection } from '../../registry/selection.ts';
import type { Handler, RequestContext } from '../../request-context.ts';
import { servedMediaTypes, toNegotiationRequest } from '../response/media-types.ts';
import { startStream } from '../response/respond.ts';
import { newWatchEncoder, type WatchEncoder } from '../response/watch-encoder.ts';
import { WatchStream } from '../response/watch-stream.ts';
import { readListOptions } from './list.ts';
import type { ResourceScope } from './resource-scope.ts';

/** Shortest life of a watch without `timeoutSeconds`; the longest is twice as much. */
const minLifeMs = 1800_000;

/** Mean time between bookmarks. */
const bookmarkIntervalMs = 60_000;

/** Time before the end of a watch at which a last bookmark is sent. */
const farewellMs = 2000;

/** Streams changes of the objects that match. */
export function newWatchHandler(scope: ResourceScope): Handler {
  return async (context) => {
    const options = readListOptions(context);
    const output = negotiateWatch(toNegotiationRequest(context), servedMediaTypes);
    const encoder = newWatchEncoder(context, scope, output);
    const selection = newSelection(options, { kind: scope.kind, name: context.info.parts[1] ?? '' });
    const life = new AbortController();
    const stream = new WatchStream(context.response, () => life.abort());
    const end = (): void => life.abort();
    context.signal.addEventListener('abort', end, { once: true });
    startStream(context, { status: 200, contentType: output.mediaType });
    try {
      await run({ context, scope, options, encoder, selection, stream, life });
    } finally {
      context.signal.removeEventListener('abort', end);
      life.abort();
      stream.end();
    }
  };
}

interface Run {
  readonly context: RequestContext;
  readonly scope: ResourceScope;
  readonly options: ListOptions;
  readonly encoder: WatchEncoder;
  readonly selection: ReturnType<typeof newSelection>;
  readonly stream: WatchStream;
  readonly life: AbortController;
}

/** Resolves when the watch is over: its time is up, the client left, the server stops, or an error ended it. */
async function run(watch: Run): Promise<void> {
  const { context, scope, options, encoder, selection, stream, life } = watch;
  const { sendInitialEvents } = options;
  const bookmarks = newBookmarks(watch);
  const fail = (error: StatusError): void => {
    stream.write(encoder.error(error.status));
    life.abort();
  };
  const stopped = new Promise<void>((resolve) =>
    life.signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  const timers = startTimers(watch, bookmarks);
  try {
    await scope.store.watch(
      {
        namespace: scope.kind.scope === 'Cluster' ? '' : context.info.namespace,
        selection,
        resourceVersion: options.resourceVersion,
        ...(sendInitialEvents === undefined ? {} : { sendInitialEvents }),
        signal: life.signal,
      },
      {
        event: (type, object) => {
          bookmarks.sent(object);
          stream.write(encoder.event(type, object));
        },
        initialEventsEnd: (resourceVersion) => {
          if (sendInitialEvents === true && options.allowWatchBookmarks) {
            stream.write(encoder.bookmark(resourceVersion, { initialEventsEnd: true }));
          }
        },
        end: fail,
      },
    );
    if (!life.signal.aborted) await stopped;
  } catch (error) {
    // The stream has begun, so the error travels in it, as upstream has it.
    fail(isStatusError(error) ? error : newInternalError('the watch failed', error));
  } finally {
    timers.forEach((timer) => clearTimeout(timer));
  }
}

interface Bookmarks {
  /** Notes how far the stream has come. */
  sent(object: KubernetesObject): void;
  send(): Promise<void>;
}

/** A bookmark promises that everything up to its revision has been sent: never less than the last event. */
function newBookmarks({ scope, options, encoder, stream, life }: Run): Bookmarks {
  let last = 0;
  return {
    sent(object) {
      last = Math.max(last, Number(object.metadata.resourceVersion ?? 0));
    },
    async send() {
      if (!options.allowWatchBookmarks) return;
      const revision = await scope.store.storage.revision();
      if (!life.signal.aborted)
        stream.write(encoder.bookmark(String(Math.max(last, revision)), { initialEventsEnd: false }));
    },
  };
}

function startTimers({ scope, options, life }: Run, bookmarks: Bookmarks): NodeJS.Timeout[] {
  const { timeoutSeconds } = options;
  const asked = timeoutSeconds !== undefined && timeoutSeconds > 0;
  const lifeMs = Math.min(asked ? timeoutSeconds * 1000 : minLifeMs * (1 + scope.random()), 2 ** 31 - 1);
  const end = setTimeout(() => life.abort(), lifeMs);
  // A bookmark that cannot be made is none: the next one comes, or the watch ends.
  const sendBookmark = (): void => void bookmarks.send().catch(() => undefined);
  const regular = setInterval(sendBookmark, bookmarkIntervalMs * (0.75 + scope.random() / 2));
  const farewell = setTimeout(sendBookmark, Math.max(0, lifeMs - farewellMs));
  return [end, regular, ...(lifeMs > farewellMs ? [farewell] : (clearTimeout(farewell), []))];
}
