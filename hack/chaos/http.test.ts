import { Agent } from 'node:https';
import t from 'tap';
import { startAPIServer } from '../../pkg/testing/api-server-fixture.ts';
import { fuzzHTTP } from './http-fuzz.ts';
import { runFromEnvironment } from './random.ts';

t.test('hostile requests over TLS are refused in order, and harm nobody', async (t) => {
  const run = runFromEnvironment(process.env, 3);
  const fixture = await startAPIServer(t);
  const agent = new Agent({ keepAlive: true, ca: fixture.authority.caPEM, servername: 'localhost' });
  t.teardown(() => agent.destroy());
  const { requests, statuses, violations } = await fuzzHTTP({ ...run, fixture, agent });
  t.comment(`CHAOS_SEED=${run.random.seed}: ${requests} requests, ${JSON.stringify(Object.fromEntries(statuses))}`);
  // A difference of long texts would take longer to make than the run.
  for (const violation of violations) t.fail(violation.slice(0, 2000));
  t.ok(requests > 50, 'enough was tried');
  t.ok((statuses.get(200) ?? 0) > 0 && (statuses.get(201) ?? 0) > 0, 'some of it was taken');
});
