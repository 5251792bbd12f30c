// Writes through the file store from several writers at once, until it is killed. Started by `victim.ts`, which sends the
// settings. Each line on stdout is a report: a write that begins, is acknowledged, or fails.
import { writeSync } from 'node:fs';
import process from 'node:process';
import { openFileStorage } from '../../pkg/storage/file/file-storage.ts';
import type { Storage } from '../../pkg/storage/interface.ts';
import { newObject, revisionOf, valueOf, withValue } from '../../pkg/storage/testing/fixtures.ts';
import type { WriteReport } from './ledger.ts';
import type { WriterSettings } from './victim.ts';

const prefix = 'core/configmaps/torture/';
const counterKey = `${prefix}counter`;
const writers = 8;
const keysOfWriter = 6;

process.once('message', (settings: WriterSettings) => void writeForever(settings));
process.send?.('ready');

async function writeForever({ directory, round }: WriterSettings): Promise<void> {
  // In every second life the journal is taken away all the time.
  const storage = await openFileStorage({
    directory,
    ...(round % 2 === 1 && { checkpoint: { bytes: 20_000, ms: 20 } }),
  });
  let value = 0;
  const nextValue = (): string => `${round}.${++value}`;
  if ((await storage.get(counterKey)) === undefined) await storage.create(counterKey, newObject(counterKey, 0));
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(storage, `${prefix}w${writer}-`, nextValue)));
}

async function write(storage: Storage, own: string, nextValue: () => string): Promise<void> {
  for (let step = 0; ; step++) {
    if (step % 4 === 0) await count(storage);
    const key = `${own}${Math.floor(Math.random() * keysOfWriter)}`;
    const value = nextValue();
    if ((await storage.get(key)) === undefined) {
      await attempt({ key, value }, () => storage.create(key, newObject(key, value)));
    } else if (Math.random() < 0.6) {
      await attempt({ key, value }, () => storage.guaranteedUpdate(key, (current) => withValue(current, value)));
    } else {
      await attempt({ key, value: null }, () => storage.delete(key));
    }
  }
}

/** All writers share one counter: an increment that is lost would show. */
async function count(storage: Storage): Promise<void> {
  const counted = await storage.guaranteedUpdate(counterKey, (current) =>
    withValue(current, Number(valueOf(current)) + 1),
  );
  report({ type: 'counted', count: Number(valueOf(counted)), revision: revisionOf(counted) });
}

async function attempt(
  intent: { key: string; value: string | null },
  run: () => ReturnType<Storage['delete']>,
): Promise<void> {
  report({ type: 'begun', ...intent });
  try {
    report({ type: 'acknowledged', ...intent, revision: revisionOf(await run()) });
  } catch (error) {
    report({ type: 'failed', ...intent, error: String(error) });
  }
}

function report(message: WriteReport): void {
  // stdout is a file: what is written there survives the kill.
  writeSync(1, `${JSON.stringify(message)}\n`);
}
