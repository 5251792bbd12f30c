import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';

/** What happened to an object, as watchers hear of it. */
export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

/**
 * The bytes of the latest event of a resource, by the form in which watchers want it. An event reaches all watchers in a row, and
 * this is how it is serialised once for all that want the same form.
 */
export class SharedFrames {
  readonly #frames = new Map<string, Buffer>();
  #type: ChangeType | undefined;
  #object: KubernetesObject | undefined;

  /** The frame of an event in a form. */
  find(type: ChangeType, object: KubernetesObject, form: string): Buffer | undefined {
    return object === this.#object && type === this.#type ? this.#frames.get(form) : undefined;
  }

  /** Keeps a frame until another event comes. */
  keep({ type, object }: { type: ChangeType; object: KubernetesObject }, form: string, frame: Buffer): void {
    if (object !== this.#object || type !== this.#type) {
      this.#frames.clear();
      this.#object = object;
      this.#type = type;
    }
    this.#frames.set(form, frame);
  }
}
