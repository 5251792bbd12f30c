import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';

/** What happened to an object, as watchers hear of it. */
export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** The latest event of a resource in one of the forms in which watchers want it, and its bytes. */
export interface SharedFrame {
  type?: ChangeType;
  object?: KubernetesObject;
  bytes?: Buffer;
}

/**
 * The latest event of a resource by form. An event reaches all watchers in a row, and this is how it is serialised once for all that want
 * the same form. There are as many forms as there are ways to ask for one.
 */
export class SharedFrames {
  readonly #frames = new Map<string, SharedFrame>();

  /** The frame that all share who want this form. */
  of(form: string): SharedFrame {
    const known = this.#frames.get(form) ?? {};
    this.#frames.set(form, known);
    return known;
  }
}
