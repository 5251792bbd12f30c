import type { RecordedRequest } from './exchange.ts';

/** Members whose recorded values stand for other ones here. */
const LEARNT = new Set(['resourceVersion', 'continue']);

/**
 * Resource versions and continue tokens of the recording and those that stand for them here, learnt from the answers as they come,
 * so that a request that names a recorded one names ours.
 */
export class VersionMap {
  readonly #ours = new Map<string, string>();

  /** Learns from a recorded body and the one that came in its place. */
  learn(recorded: unknown, actual: unknown): void {
    if (recorded === null || actual === null || typeof recorded !== 'object' || typeof actual !== 'object') return;
    for (const [name, value] of Object.entries(recorded)) {
      const ours = (actual as Record<string, unknown>)[name];
      if (LEARNT.has(name) && typeof value === 'string' && typeof ours === 'string') this.#ours.set(value, ours);
      else this.learn(value, ours);
    }
  }

  /** The request with recorded values replaced, as far as they are known. */
  translate(request: RecordedRequest): RecordedRequest {
    const path = request.path.replaceAll(
      /(?<=[?&](?:resourceVersion|continue)=)[^&]+/g,
      (value) => this.#ours.get(decodeURIComponent(value)) ?? value,
    );
    return { ...request, path };
  }
}
