import t from 'tap';
import { newWorkqueue } from '../../client/workqueue/workqueue.ts';
import { startAPIServer } from '../../testing/api-server-fixture.ts';
import { newFakeClock } from '../../testing/fake-clock.ts';
import { fakeSettings, newFakeTransport } from '../testing/fake-transport.ts';
import { newDebugDelegate } from './debug.ts';

void t.test('/debug/aggregator', async (t) => {
  const clock = newFakeClock();
  const queue = newWorkqueue({ name: 'q', clock });
  const clientCertificate = { cert: 'CERT', key: 'SECRET' };
  const transport = newFakeTransport(clock, { ...fakeSettings, ca: 'BUNDLE', clientCertificate });
  const name = 'v1.a.example';
  const described = { state: 'Available', addresses: [], since: '', reason: 'Passed', message: '' } as const;
  const delegate = newDebugDelegate({
    aggregator: {
      list: () => [
        {
          name,
          group: 'a.example',
          version: 'v1',
          groupPriorityMinimum: 1,
          versionPriority: 2,
          service: { namespace: 'ns', name: 'svc', port: 443 },
          addresses: [],
          transports: [transport],
          availability: { status: 'True', reason: 'Passed', message: '', since: '' },
        },
      ],
      describe: () => [{ name, ...described }],
    },
    queues: () => [queue],
    certificates: () => [{ use: 'serving', of: 'gateway', notAfter: clock.now() }],
    clock,
  });
  const { admin, newClient } = await startAPIServer(t, { prepare: (server) => server.addDelegate(delegate) });

  await t.test('tells what the aggregator goes by, without secrets', async (t) => {
    const answer = await admin.get('/debug/aggregator');
    t.match(answer, { status: 200, headers: { 'content-type': 'application/json' } });
    t.match(answer.json, {
      time: '2026-01-01T00:00:00Z',
      apiServices: [
        {
          name,
          state: 'Available',
          groupPriorityMinimum: 1,
          service: { namespace: 'ns', name: 'svc', port: 443 },
          transports: [
            {
              address: 'https://192.0.2.1:7443',
              connections: { http1: 0, http2: 1, streams: 3 },
              serverNames: ['a.b.svc'],
              caDigest: /^sha256:[0-9a-f]{64}$/,
            },
          ],
        },
      ],
      queues: { q: { depth: 0, adds: 0 } },
      certificates: [{ use: 'serving', of: 'gateway', notAfter: '2026-01-01T00:00:00Z' }],
    });
    t.notMatch(answer.text, /SECRET|CERT|BUNDLE/);
  });

  await t.test('is read only', async (t) => {
    t.equal((await admin.send('POST', '/debug/aggregator')).status, 405);
    t.equal((await admin.send('HEAD', '/debug/aggregator')).status, 200);
    t.equal((await admin.get('/debug/aggregator/x')).status, 404);
  });

  await t.test('is for those who may see it', async (t) => {
    t.equal((await newClient({ token: 'alice-token' }).get('/debug/aggregator')).status, 403);
  });
});
