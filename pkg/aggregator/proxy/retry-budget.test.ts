import t from 'tap';
import { ask } from '../../testing/ask.ts';
import { startTLSBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, startProxy } from '../../testing/proxy-fixture.ts';
import { RetryBudget } from './retry-budget.ts';

t.test('a burst is there at once, and one in five in the long run', async (t) => {
  const budget = new RetryBudget();
  let spent = 0;
  while (budget.spend()) spent++;
  t.equal(spent, 100);
  for (let index = 0; index < 1000; index++) {
    budget.earn();
    if (budget.spend()) spent++;
  }
  t.ok(spent >= 298 && spent <= 300, String(spent));
  for (let index = 0; index < 10_000; index++) budget.earn();
  spent = 0;
  while (budget.spend()) spent++;
  t.equal(spent, 100, 'no more than that is saved');
});

t.test('a backend that drops every connection in stock is not asked twice as often for ever', async (t) => {
  const pki = await newProxyPKI();
  let heads = 0;
  const backend = await startTLSBackend(pki.backendTLS, (socket) => {
    let nth = 0;
    socket.on('data', () => {
      heads++;
      if (++nth > 1) socket.destroy();
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
  });
  const proxy = await startProxy({ pki, backend });
  t.teardown(async () => {
    await proxy.close();
    await backend.close();
  });
  const count = 200;
  let failed = 0;
  for (let index = 0; index < count; index++) {
    const { status } = await ask({ port: proxy.front.port, ca: pki.authority.caPEM });
    if (status !== 200) failed++;
  }
  t.ok(failed > 0, `${failed} failed`);
  t.ok(heads <= count + 100 + count / 5, `${heads} requests for ${count}`);
});
