/** Takes back what was done, in reverse order: processes, folders, sockets. */
export class Scope {
  readonly #steps: (() => unknown)[] = [];

  /** Remembers what to do at the end. */
  defer(step: () => unknown): void {
    this.#steps.push(step);
  }

  /** Does all of it; a step that fails does not keep the others from being done. */
  async close(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        console.error(`cleaning up: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}
