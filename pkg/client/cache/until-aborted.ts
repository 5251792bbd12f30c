/** Settles like the promise, or rejects with the signal's reason as soon as that is aborted: who does not heed a signal holds nobody up. */
export function untilAborted<V>(promise: Promise<V>, signal: AbortSignal): Promise<V> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    const release = (): void => signal.removeEventListener('abort', abort);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    promise.then(resolve, reject).finally(release);
  });
}
