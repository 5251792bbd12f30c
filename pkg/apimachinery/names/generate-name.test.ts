import t from 'tap';
import { generateName, randomSuffix } from './generate-name.ts';

t.test('a generated name is the prefix and five safe characters', (t) => {
  let next = 0;
  const counting = (bound: number) => next++ % bound;
  t.equal(generateName('gen-', counting), 'gen-bcdfg');
  t.equal(
    randomSuffix((bound) => bound - 1),
    '99999',
  );
  const long = generateName('x'.repeat(100), counting);
  t.equal(long.length, 63);
  t.match(long, /^x{58}[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  t.end();
});
