import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';
import { newInternalError } from '../../../apimachinery/errors/constructors.ts';
import { isStatusError, type StatusError } from '../../../apimachinery/errors/status-error.ts';
import type { ListOptions } from '../../../apimachinery/runtime/options.ts';
import { parseResourceVersion } from '../../registry/resource-version.ts';
import { newSelection } from '../../registry/selection.ts';
import type { Handler, RequestContext } from '../../request-context.ts';
import { negotiateStream, toStreamType } from '../response/media-types.ts';
import { startStream } from '../response/respond.ts';
import { newWatchEncoder, type WatchEncoder } from '../response/watch-encoder.ts';
import { WatchStream } from '../response/watch-stream.ts';
import { readListOptions } from './list.ts';
import type { ResourceScope } from './resource-scope.ts';
import { startWatchTimers } from './watch-timers.ts';

/** Streams changes of the objects that match. */
export function newWatchHandler(scope: ResourceScope): Handler {
  return async (context) => {
    const options = readListOptions(context);
    parseResourceVersion(options.resourceVersion);
    const output = negotiateStream(context, scope.kind);
    const encoder = await newWatchEncoder(context, scope, output);
    const selection = newSelection(options, { kind: scope.kind, name: context.info.parts[1] ?? '' });
    const life = new AbortController();
    const end = (): void => life.abort();
    const stream = new WatchStream({ response: context.response, clock: scope.clock, onCut: end });
    // The client may have left while it was being authenticated.
    if (context.signal.aborted) return;
    context.signal.addEventListener('abort', end, { once: true });
    startStream(context, { status: 200, contentType: toStreamType(output) });
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

/**
 * Resolves when the watch is over: its time is up, the client left, the server stops, or an error ended it. The stream has begun, so an
 * error travels in it, as upstream has it; one with a cause is thrown as well, for the log.
 */
async function run(watch: Run): Promise<void> {
  const { context, scope, options, encoder, selection, stream, life } = watch;
  const { clock, random } = scope;
  const frames = newFrames(watch);
  let failure: StatusError | undefined;
  const fail = (error: StatusError): void => {
    failure = error;
    frames.send(encoder.error(error.status));
    life.abort();
  };
  const stopped = new Promise<void>((resolve) =>
    life.signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  const end = (): void => life.abort();
  // A bookmark that cannot be made is none: the next one comes, or the watch ends.
  const bookmark = (): void => void frames.bookmark().catch(() => undefined);
  const stopTimers = startWatchTimers({ clock, random, options, bookmark, end });
  const { sendInitialEvents } = options;
  const query = {
    namespace: scope.kind.scope === 'Cluster' ? '' : context.info.namespace,
    selection,
    resourceVersion: options.resourceVersion,
    ...(sendInitialEvents === undefined ? {} : { sendInitialEvents }),
    signal: life.signal,
  };
  try {
    await scope.store.watch(query, { ...frames, whenDrained: () => stream.whenDrained(), end: fail });
    frames.stand();
    if (!life.signal.aborted) await stopped;
  } catch (error) {
    fail(isStatusError(error) ? error : newInternalError('the watch failed', error));
  } finally {
    stopTimers();
    stream.end();
  }
  if (failure?.cause !== undefined) throw failure;
}

/** Makes the frames of a watch and sends them. */
interface Frames {
  send(frame: string | Buffer): void;
  event(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubernetesObject): void;
  initialEventsEnd(resourceVersion: string): void;
  /** From here on the stream has everything up to the revision of the storage. */
  stand(): void;
  /** A bookmark promises that everything up to its revision has been sent: none before the watch stands, and never less than the last event. */
  bookmark(): Promise<void>;
}

function newFrames({ scope, options, encoder, stream, life }: Run): Frames {
  let last = 0;
  let standing = false;
  const send = (frame: string | Buffer): void => {
    if (life.signal.aborted) return;
    stream.write(frame);
    scope.watchEvent(frame.length);
  };
  return {
    send,
    event(type, object) {
      last = Math.max(last, Number(object.metadata.resourceVersion ?? 0));
      send(encoder.event(type, object));
    },
    initialEventsEnd(resourceVersion) {
      if (options.sendInitialEvents !== true || !options.allowWatchBookmarks) return;
      send(encoder.bookmark(resourceVersion, { initialEventsEnd: true }));
    },
    stand: () => (standing = true),
    async bookmark() {
      if (!standing) return;
      const revision = await scope.store.storage.revision();
      send(encoder.bookmark(String(Math.max(last, revision)), { initialEventsEnd: false }));
    },
  };
}
