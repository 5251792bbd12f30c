import { connect, type LookupFunction } from 'node:net';
import { once } from 'node:events';
import { createServer } from 'node:net';
import t from 'tap';
import { systemClock } from '../../component/id/clock.ts';
import { newFakeClock } from '../../testing/fake-clock.ts';
import { newSharedLookup } from './shared-lookup.ts';

const options = { all: true } as const;

t.test('a name is asked for once for connections that are opened together, and again a second later', async (t) => {
  const clock = newFakeClock();
  const asked: string[] = [];
  const lookup: LookupFunction = (hostname, _, callback) => {
    asked.push(hostname);
    setImmediate(() => callback(null, [{ address: `192.0.2.${asked.length}`, family: 4 }]));
  };
  const shared = newSharedLookup({ clock, lookup });
  const find = (hostname: string, how: object = options): Promise<unknown> =>
    new Promise((resolve, reject) => {
      shared(hostname, how, (error, address) => (error === null ? resolve(address) : reject(error)));
    });
  const first = [{ address: '192.0.2.1', family: 4 }];
  t.same(await Promise.all([find('a.test'), find('a.test')]), [first, first]);
  t.same(await find('a.test'), first);
  t.same(await find('b.test'), [{ address: '192.0.2.2', family: 4 }]);
  await find('a.test', { all: true, family: 4 });
  t.same(asked, ['a.test', 'b.test', 'a.test'], 'other questions have other answers');
  await clock.advance(1000);
  t.same(await find('a.test'), [{ address: '192.0.2.4', family: 4 }]);
});

t.test('a failure is told to all who wait for it, and not kept', async (t) => {
  let asked = 0;
  const lookup: LookupFunction = (_hostname, _options, callback) => {
    asked++;
    const error = asked === 1 ? Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }) : null;
    setImmediate(() => callback(error, error === null ? '192.0.2.1' : '', 4));
  };
  const shared = newSharedLookup({ clock: newFakeClock(), lookup });
  const find = (): Promise<unknown> =>
    new Promise((resolve) => {
      shared('a.test', {}, (...answer) => resolve(answer));
    });
  t.match(await Promise.all([find(), find()]), [[{ code: 'ENOTFOUND' }], [{ code: 'ENOTFOUND' }]]);
  t.same(await find(), [null, '192.0.2.1', 4]);
  t.equal(asked, 2);
});

t.test('sockets connect by it', async (t) => {
  const server = createServer((socket) => socket.end('hello')).listen(0, 'localhost');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const lookup = newSharedLookup({ clock: systemClock });
  for (let time = 0; time < 3; time++) {
    const socket = connect({ host: 'localhost', port, lookup });
    const [data] = (await once(socket, 'data')) as [Buffer];
    t.equal(data.toString(), 'hello');
    socket.destroy();
  }
});
