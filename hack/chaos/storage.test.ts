import t, { type Test } from 'tap';
import { openFileStorage } from '../../pkg/storage/file/file-storage.ts';
import { newMemoryStorage } from '../../pkg/storage/memory/memory-storage.ts';
import { runFromEnvironment } from './random.ts';
import { runStorageChaos, type StorageChaosOptions } from './storage-chaos.ts';

async function run(t: Test, options: Pick<StorageChaosOptions, 'open' | 'durable'>): Promise<void> {
  const chaos = runFromEnvironment(process.env, 1);
  const { violations, ...rest } = await runStorageChaos({ ...chaos, ...options });
  t.comment(`CHAOS_SEED=${chaos.random.seed}: ${JSON.stringify(rest)}`);
  t.equal(violations.join('\n').slice(0, 4000), '', `CHAOS_SEED=${chaos.random.seed}`);
  t.ok(rest.writes > 0 && rest.watches > 0, 'something was tried');
}

t.test('the memory storage keeps its promises to many at once', (t) =>
  run(t, { durable: false, open: async (watchWindow) => newMemoryStorage({ watchWindow }) }),
);

t.test('the file storage keeps its promises to many at once, and what it acknowledged over restarts', async (t) => {
  const directory = t.testdir();
  const report = (event: unknown): void => void t.fail('the storage complains', { event });
  await run(t, { durable: true, open: (watchWindow) => openFileStorage({ directory, watchWindow, report }) });
});
