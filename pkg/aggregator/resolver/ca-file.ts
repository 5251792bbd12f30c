import { constants, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../component/id/clock.ts';
import type { Logger } from '../../component/logs/logger.ts';
import { sleepUntil } from '../../pki/clock.ts';
import { newFolderWatcher } from '../../pki/folder-watcher.ts';
import { parseCertificates } from '../../pki/pem.ts';
import type { Follow } from './followers.ts';

/** What a file holds: certificates, or why it cannot be used. */
export type CAFile = { readonly pem: string } | { readonly problem: string };

/** What following a file needs. */
export interface CAFileOptions {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What watching misses (network file systems, no watches left) is found within this time. */
const pollMs = 10_000;
/** Time for whoever writes the file to end. */
const settleMs = 50;
/** All public roots together are a fifth of it. Devices and logs are not read at all. */
const maxBytes = 1024 * 1024;

/**
 * Follows PEM bundles on the machine of the gateway. Once a file was good, a bad one in its place changes nothing: it is reported in
 * the log, and what was read before stays.
 */
export function newFollowCAFile({ clock, logger }: CAFileOptions): Follow<CAFile> {
  return async (path, publish, signal) => {
    let told = '';
    let pem: string | undefined;
    let pause = new AbortController();
    const wake = (): void => pause.abort();
    const watcher = newFolderWatcher({ folders: [dirname(path)], onEvent: wake, onError: () => undefined });
    signal.addEventListener('abort', wake, { once: true });
    while (!signal.aborted) {
      await watcher.refresh();
      const seen = await readCAFile(path);
      const text = JSON.stringify(seen);
      if (text !== told && ('pem' in seen || pem === undefined)) publish(seen);
      else if (text !== told && 'problem' in seen)
        logger.warn('A CA file cannot be used any more; what was read before stays', { path, problem: seen.problem });
      if ('pem' in seen) pem = seen.pem;
      told = text;
      await sleepUntil(clock, clock.now() + pollMs, pause.signal);
      if (pause.signal.aborted) await sleepUntil(clock, clock.now() + settleMs, signal);
      pause = new AbortController();
    }
    watcher.close();
  };
}

async function readCAFile(path: string): Promise<CAFile> {
  try {
    const pem = await readBounded(path);
    // Says what is wrong without saying what is in the file.
    parseCertificates(pem);
    return { pem };
  } catch (error) {
    return { problem: `${path} cannot be used: ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function readBounded(path: string): Promise<string> {
  // To open a pipe would otherwise wait for whoever writes into it.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error('it is not a regular file');
    if (stats.size > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
