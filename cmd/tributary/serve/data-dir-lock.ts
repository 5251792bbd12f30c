import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError } from '../usage-error.ts';
import { readProcessStart } from './process-start.ts';

/** Who holds a data directory. */
interface Holder {
  readonly pid: number;
  /** What tells the process from a later one with the same number; empty where the system does not say. */
  readonly processStart: string;
  /** RFC 3339. */
  readonly since: string;
}

/** A data directory that this process holds. */
export interface DataDirLock {
  release(): Promise<void>;
}

/**
 * Takes a data directory for this process alone, by a file that names it. A file that a dead process left behind is taken over.
 * Throws a `CommandError` that names the process that holds the directory.
 */
export async function lockDataDir(dataDir: string): Promise<DataDirLock> {
  const folder = join(dataDir, 'run');
  const path = join(folder, 'lock');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (let attempt = 0; attempt < 3; attempt++) {
    if (await tryCreate(path)) return { release: () => rm(path, { force: true }) };
    const holder = await readHolder(path);
    if (holder !== undefined && (await isAlive(holder))) {
      const { pid, since } = holder;
      const why = `the data directory ${dataDir} is in use by tributary process ${pid}, running since ${since}`;
      throw new CommandError(`${why}; stop that process, or choose another folder with --data-dir`);
    }
    await removeStale(path);
  }
  throw new CommandError(`the data directory ${dataDir} cannot be locked: other processes keep taking ${path}`);
}

async function tryCreate(path: string): Promise<boolean> {
  const holder: Holder = {
    pid: process.pid,
    processStart: await readProcessStart(process.pid),
    since: `${new Date().toISOString().slice(0, 19)}Z`,
  };
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(holder)}\n`);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new CommandError(`the data directory cannot be written: ${(error as Error).message}`, error);
  }
}

/** The holder that a lock file names; `undefined` when it cannot be read, as after a crash in the middle of its writing. */
async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const holder = JSON.parse(await readFile(path, 'utf8')) as Partial<Holder>;
    return typeof holder.pid === 'number'
      ? { processStart: '', since: 'an unknown time', ...holder, pid: holder.pid }
      : undefined;
  } catch {
    return undefined;
  }
}

async function isAlive({ pid, processStart }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const start = await readProcessStart(pid);
  return processStart === '' || start === '' || start === processStart;
}

/** Moves the file away before it is deleted: of two processes that find it stale, one wins, and neither deletes a fresh one. */
async function removeStale(path: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
    await rm(aside, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
