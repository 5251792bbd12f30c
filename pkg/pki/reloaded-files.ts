import { createHash } from 'node:crypto';
import type { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CertificateError } from './certificate-error.ts';
import type { ReportCertificateEvent } from './certificate-event.ts';
import { sleepUntil, type Clock } from './clock.ts';
import { newFolderWatcher } from './folder-watcher.ts';
import { newPublished, type Source } from './published.ts';

/** Files that somebody else writes, and what they mean together. */
export interface ReloadedFilesOptions<T> {
  readonly files: readonly string[];
  /** Turns the contents, in the order of `files`, into the value; throws when they do not fit together. */
  readonly parse: (contents: readonly string[]) => T;
  readonly clock: Clock;
  readonly report: ReportCertificateEvent;
  /** How folders are watched, by default by `node:fs`. */
  readonly watchFolder?: typeof watch | undefined;
}

/** The value of some files, which follows their changes as long as `run` runs. */
export interface ReloadedFiles<T> extends Source<T> {
  /** Follows changes until the signal is aborted. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/** What watching misses (network file systems, no watches left) is found by looking once a minute, as Kubernetes does. */
const pollInterval = 60_000;

/** Time for whoever writes two files to write the second one, too. */
const settleTime = 100;

/**
 * Loads files that must be good now, and keeps to the last good content later: a change that cannot be read or parsed is reported
 * once and what was loaded before stays. Throws `CertificateError` when the first load fails.
 */
export async function openReloadedFiles<T>(options: ReloadedFilesOptions<T>): Promise<ReloadedFiles<T>> {
  const { files, clock, report } = options;
  const first = await load(options);
  if (first.error !== undefined) throw first.error;
  const source = newPublished(first.value, (cause) => {
    report({ kind: 'SubscriberFailed', files, message: 'changed files were not taken over', cause });
  });
  let accepted = first.digest;
  let seen = first.digest;

  const check = async (): Promise<void> => {
    const next = await load(options);
    if (next.digest === seen) return;
    seen = next.digest;
    if (next.digest === accepted) return;
    if (next.error !== undefined) {
      const message = `${next.error.message}; what was loaded before stays`;
      report({ kind: 'Rejected', files, message, cause: next.error });
      return;
    }
    accepted = next.digest;
    report({ kind: 'Reloaded', files, message: 'took over changed files' });
    source.publish(next.value);
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    let pause = new AbortController();
    const wake = (): void => pause.abort();
    const watcher = newFolderWatcher({
      folders: [...new Set(files.map((file) => dirname(file)))],
      onEvent: wake,
      onError: (folder, cause) => {
        const message = `${folder} cannot be watched, changes are found once a minute`;
        report({ kind: 'WatchFailed', files, message, cause });
      },
      watchFolder: options.watchFolder,
    });
    signal.addEventListener('abort', wake, { once: true });
    while (!signal.aborted) {
      await watcher.refresh();
      await check();
      await sleepUntil(clock, clock.now() + pollInterval, pause.signal);
      if (pause.signal.aborted) await sleepUntil(clock, clock.now() + settleTime, signal);
      pause = new AbortController();
    }
    signal.removeEventListener('abort', wake);
    watcher.close();
  };
  return { current: source.current, onChange: source.onChange, run };
}

/** The outcome of one look at the files; the digest tells apart what was seen, so that each state is reported once. */
type Loaded<T> =
  | { readonly digest: string; readonly value: T; readonly error: undefined }
  | { readonly digest: string; readonly error: CertificateError };

async function load<T>(options: ReloadedFilesOptions<T>): Promise<Loaded<T>> {
  const { files, parse } = options;
  let contents: readonly string[];
  try {
    contents = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const error = new CertificateError(code === 'ENOENT' ? 'Missing' : 'Unreadable', message, { files, cause });
    return { digest: message, error };
  }
  const digest = createHash('sha256').update(JSON.stringify(contents)).digest('hex');
  try {
    return { digest, value: parse(contents), error: undefined };
  } catch (cause) {
    const { message } = cause as Error;
    const code = cause instanceof CertificateError ? cause.code : 'Corrupt';
    return { digest, error: new CertificateError(code, `${files.join(', ')}: ${message}`, { files, cause }) };
  }
}
