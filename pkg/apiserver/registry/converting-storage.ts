import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { deepFreeze } from '../../apimachinery/runtime/json.ts';
import type { StorageError } from '../../storage/errors.ts';
import type { ListOptions, Storage, StorageEvent, WatchSink } from '../../storage/interface.ts';

/** Translates between the version that clients speak and the one that is stored. Pure; the argument is not changed. */
export interface Conversion {
  /** The version that clients speak, as `apiVersion`. What is stored in it needs no conversion. */
  readonly apiVersion: string;
  toStored(object: KubernetesObject): KubernetesObject;
  fromStored(object: KubernetesObject): KubernetesObject;
}

/**
 * A view of a storage in another version of the objects. Each stored object is converted once, however many readers and watchers it
 * has, because stored objects are frozen and shared.
 */
export function newConvertingStorage(storage: Storage, conversion: Conversion): Storage {
  const converted = new WeakMap<KubernetesObject, KubernetesObject>();
  const read = (stored: KubernetesObject): KubernetesObject => {
    if (stored.apiVersion === conversion.apiVersion) return stored;
    const known = converted.get(stored);
    if (known !== undefined) return known;
    const object = deepFreeze(conversion.fromStored(stored));
    converted.set(stored, object);
    return object;
  };
  return {
    async get(key) {
      const stored = await storage.get(key);
      return stored === undefined ? undefined : read(stored);
    },
    async list(prefix, options = {}) {
      const result = await storage.list(prefix, convertMatch(options, read));
      return { ...result, items: result.items.map((item) => read(item)) };
    },
    async create(key, object) {
      return read(await storage.create(key, conversion.toStored(object)));
    },
    async guaranteedUpdate(key, update) {
      const stored = await storage.guaranteedUpdate(key, async (current) => {
        const seen = read(current);
        const wanted = await update(seen);
        return wanted === seen ? current : conversion.toStored(wanted);
      });
      return read(stored);
    },
    async delete(key, check) {
      return read(await storage.delete(key, check && ((current) => check(read(current)))));
    },
    watch: (prefix, sink, options) => storage.watch(prefix, new ConvertingSink(sink, read), options),
    revision: () => storage.revision(),
    close: () => storage.close(),
  };
}

type Read = (stored: KubernetesObject) => KubernetesObject;

function convertMatch({ match, ...options }: ListOptions, read: Read): ListOptions {
  return match === undefined ? options : { ...options, match: (stored) => match(read(stored)) };
}

class ConvertingSink implements WatchSink {
  readonly #sink: WatchSink;
  readonly #read: Read;

  constructor(sink: WatchSink, read: Read) {
    this.#sink = sink;
    this.#read = read;
  }

  event(event: StorageEvent): void {
    this.#sink.event(convertEvent(event, this.#read));
  }

  end(error: StorageError): void {
    this.#sink.end(error);
  }
}

/** Most objects are stored as clients see them, and many may watch: nothing is copied for them. */
function convertEvent(event: StorageEvent, read: Read): StorageEvent {
  const { object, previous } = event;
  const seen = read(object);
  const before = previous && read(previous);
  if (seen === object && before === previous) return event;
  return { ...event, object: seen, ...(before === undefined ? {} : { previous: before }) };
}
