import { join } from 'node:path';
import t from 'tap';
import { ROOT } from '../lib/files.ts';
import { loadExchanges } from './replay/exchange.ts';
import { judge, known } from './replay/judge.ts';
import { startRecordedGateway } from './replay/recorded-gateway.ts';
import { newReplay } from './replay/replay.ts';

t.test('the gateway answers as recorded', async (t) => {
  const { target } = await startRecordedGateway(t);
  const replay = newReplay(target, known.everywhere);
  const areas = ['discovery', 'crud', 'patch', 'apiservice', 'watch', 'delete', 'auth'];
  await judge(t, await replay(loadExchanges(join(ROOT, 'hack/e2e/golden'), areas)), 'golden');
});
