import { join } from 'node:path';
import t from 'tap';
import { ROOT } from '../lib/files.ts';
import { newSampleServer } from './guests/sample-apiserver.ts';
import { newKubectl } from './harness/kubectl.ts';
import { loadExchanges } from './replay/exchange.ts';
import { judge, known } from './replay/judge.ts';
import { startRecordedGateway } from './replay/recorded-gateway.ts';
import { newReplay } from './replay/replay.ts';

t.test('sample-apiserver behind the gateway answers as recorded behind an aggregator', async (t) => {
  const { gateway, target } = await startRecordedGateway(t);
  const kubectl = await newKubectl(t, gateway);
  const sample = await newSampleServer(t, gateway.dataDir);
  // The recorded one was called so.
  const place = /name: api\n( +)namespace: wardle/g;
  await kubectl.ok(['apply', '-f', '-'], sample.manifests.replaceAll(place, 'name: wardle\n$1namespace: default'));
  await sample.start();
  for (const version of ['v1alpha1', 'v1beta1']) {
    const name = `apiservice/${version}.wardle.example.com`;
    await kubectl.ok(['wait', '--for=condition=Available', '--timeout=60s', name]);
    await kubectl.ok(['wait', '--for=condition=tributary.DiscoveryCurrent', '--timeout=60s', name]);
  }
  const replay = newReplay(target, known.everywhere);
  const exchanges = loadExchanges(join(ROOT, 'hack/e2e/golden'), ['extension-server']);
  await judge(t, await replay(exchanges), 'golden-extension-server');
});
