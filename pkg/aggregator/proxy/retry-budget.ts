/** Retries that the next ones may add up to, beside those that have been earned. */
const maxSaved = 100;
/** What each request earns. */
const earnedPerRequest = 0.2;

/**
 * How often requests to one backend may be sent again: one in five in the long run, and a burst for the moment when all connections
 * in stock turn out to be dead. Without it a backend that drops every connection would get twice the load, just when it has enough.
 */
export class RetryBudget {
  #saved = maxSaved;

  /** A request has come. */
  earn(): void {
    if (this.#saved < maxSaved) this.#saved += earnedPerRequest;
  }

  /** Takes a retry; `false` when there is none left. */
  spend(): boolean {
    if (this.#saved < 1) return false;
    this.#saved--;
    return true;
  }
}
