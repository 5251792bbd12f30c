import t from 'tap';
import { openFileStorage } from '../../pkg/storage/file/file-storage.ts';
import { newMemoryStorage } from '../../pkg/storage/memory/memory-storage.ts';
import { runInformerChaos } from './informer-chaos.ts';
import { runFromEnvironment } from './random.ts';
import { runRegistryChaos } from './registry-chaos.ts';

t.test('whoever follows a registry by a selector while many write ends with what is there', async (t) => {
  const run = runFromEnvironment(process.env, 1);
  const { violations, ...rest } = await runRegistryChaos(run, async () => newMemoryStorage());
  t.comment(`CHAOS_SEED=${run.random.seed}: ${JSON.stringify(rest)}`);
  t.equal(violations.slice(0, 10).join('\n').slice(0, 4000), '', `CHAOS_SEED=${run.random.seed}`);
  t.ok(rest.written > 0 && rest.followed > 0, 'something was tried');
});

t.test('an informer survives restarts of the storage beneath it', async (t) => {
  const run = runFromEnvironment(process.env, 1.5);
  const directory = t.testdir();
  const { violations, ...rest } = await runInformerChaos(run, () => openFileStorage({ directory, watchWindow: 20 }));
  t.comment(`CHAOS_SEED=${run.random.seed}: ${JSON.stringify(rest)}`);
  t.equal(violations.slice(0, 10).join('\n').slice(0, 4000), '', `CHAOS_SEED=${run.random.seed}`);
  t.ok(rest.restarts > 0 && rest.events > 0, 'something was tried');
});
