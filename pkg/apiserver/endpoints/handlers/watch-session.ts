import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';
import { newInternalError } from '../../../apimachinery/errors/constructors.ts';
import { isStatusError, type StatusError } from '../../../apimachinery/errors/status-error.ts';
import type { ListOptions } from '../../../apimachinery/runtime/options.ts';
import type { Selection } from '../../registry/selection.ts';
import type { ObjectSink } from '../../registry/watch-objects.ts';
import type { RequestContext } from '../../request-context.ts';
import type { ChangeType } from '../response/shared-frames.ts';
import type { WatchEncoder } from '../response/watch-encoder.ts';
import { WatchStream } from '../response/watch-stream.ts';
import type { ResourceScope } from './resource-scope.ts';
import { WatchTimer } from './watch-timer.ts';

/** What a watch is made of. */
export interface WatchSessionOptions {
  readonly context: RequestContext;
  readonly scope: ResourceScope;
  readonly options: ListOptions;
  readonly encoder: WatchEncoder;
}

/**
 * One watch, from its head to its end: its time is up, the client left, the server stops, or an error ended it. There may be very many,
 * so that one is an object without functions of its own, and nothing waits for it: its end is that of the request's signal.
 */
export class WatchSession implements ObjectSink<KubernetesObject> {
  readonly #context: RequestContext;
  readonly #scope: ResourceScope;
  readonly #encoder: WatchEncoder;
  readonly #stream: WatchStream;
  readonly #timer: WatchTimer;
  readonly #sendInitialEvents: boolean | undefined;
  readonly #resourceVersion: string;
  readonly #wantsBookmarks: boolean;
  #last: KubernetesObject | undefined;
  #isStanding = false;
  #isOver = false;

  constructor({ context, scope, options, encoder }: WatchSessionOptions) {
    this.#context = context;
    this.#scope = scope;
    this.#encoder = encoder;
    this.#sendInitialEvents = options.sendInitialEvents;
    this.#resourceVersion = options.resourceVersion;
    this.#wantsBookmarks = options.allowWatchBookmarks;
    this.#stream = new WatchStream({ response: context.response, clock: scope.clock, onCut: context.abort });
    this.#timer = new WatchTimer({ clock: scope.clock, random: scope.random, options, course: this });
  }

  /**
   * Delivers what there is and follows what comes. Resolves when the watch stands, or is over. The stream has begun, so an error
   * travels in it, as upstream has it.
   */
  async begin(selection: Selection): Promise<void> {
    const { kind, store } = this.#scope;
    const { signal, info } = this.#context;
    signal.addEventListener('abort', this, { once: true });
    const query = {
      namespace: kind.scope === 'Cluster' ? '' : info.namespace,
      selection,
      resourceVersion: this.#resourceVersion,
      ...(this.#sendInitialEvents === undefined ? {} : { sendInitialEvents: this.#sendInitialEvents }),
      signal,
    };
    try {
      await store.watch(query, this);
      this.#isStanding = true;
    } catch (error) {
      this.end(isStatusError(error) ? error : newInternalError('the watch failed', error));
    }
  }

  event(type: ChangeType, object: KubernetesObject): void {
    this.#last = object;
    this.#send(this.#encoder.event(type, object));
  }

  whenDrained(): Promise<void> | undefined {
    return this.#stream.whenDrained();
  }

  initialEventsEnd(resourceVersion: string): void {
    if (this.#sendInitialEvents !== true || !this.#wantsBookmarks) return;
    this.#send(this.#encoder.bookmark(resourceVersion, { initialEventsEnd: true }));
  }

  /** Time for a bookmark. It promises that everything up to its revision has been sent: none before the watch stands, and never less than the last event. */
  bookmark(): void {
    if (!this.#isStanding || this.#isOver) return;
    const send = (revision: number): void => {
      const resourceVersion = String(Math.max(Number(this.#last?.metadata.resourceVersion ?? 0), revision));
      this.#send(this.#encoder.bookmark(resourceVersion, { initialEventsEnd: false }));
    };
    // A bookmark that cannot be made is none: the next one comes, or the watch ends.
    this.#scope.store.storage.revision().then(send, () => undefined);
  }

  /** The time is up. */
  timeUp(): void {
    this.#context.abort();
  }

  /** An error ends the watch, and the client is told. One with a cause is for the log, too. */
  end(error: StatusError): void {
    if (this.#isOver) return;
    this.#send(this.#encoder.error(error.status));
    const { auditID, method, target, abort } = this.#context;
    if (error.cause !== undefined)
      this.#scope.logger.warn('watch failed', { auditID, method, target, err: error.cause });
    abort();
  }

  /** The request is over. */
  handleEvent(): void {
    this.#isOver = true;
    this.#timer.stop();
    this.#stream.end();
  }

  #send(frame: Buffer): void {
    if (this.#isOver) return;
    this.#stream.write(frame);
    this.#scope.countFrame(frame.length);
  }
}
