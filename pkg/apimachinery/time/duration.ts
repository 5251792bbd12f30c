import { quoteForTime as quote } from './go-quote.ts';

const unitNanoseconds: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['µs', 1e3],
  ['μs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['m', 60e9],
  ['h', 3600e9],
]);
// Go counts in 64 bits.
const maxNanoseconds = 2 ** 63;

/**
 * Parses a duration as Go writes it, such as `1m30s`, `500ms` or `-1.5h`. Answers in milliseconds, fractions included. Throws a
 * `RangeError` with Go's text.
 */
export function parseGoDuration(text: string): number {
  const quoted = quote(text);
  const sign = text.startsWith('-') ? -1 : 1;
  let rest = text.replace(/^[+-]/, '');
  if (rest === '0') return 0;
  if (rest === '') throw new RangeError(`time: invalid duration ${quoted}`);
  let total = 0;
  while (rest !== '') {
    const number = /^(?:[0-9]+\.?[0-9]*|\.[0-9]+)/.exec(rest)?.[0];
    if (number === undefined) throw new RangeError(`time: invalid duration ${quoted}`);
    rest = rest.slice(number.length);
    const unit = /^[^.0-9]*/.exec(rest)?.[0] ?? '';
    if (unit === '') throw new RangeError(`time: missing unit in duration ${quoted}`);
    const factor = unitNanoseconds.get(unit);
    if (factor === undefined) throw new RangeError(`time: unknown unit ${quote(unit)} in duration ${quoted}`);
    total += Math.trunc(Number(number) * factor);
    if (total > maxNanoseconds) throw new RangeError(`time: invalid duration ${quoted}`);
    rest = rest.slice(unit.length);
  }
  return (sign * total) / 1e6;
}
