import t from 'tap';
import { parseGoDuration } from './duration.ts';
import { findTimeError } from './go-time-error.ts';
import { toAge, toHumanDuration } from './human-duration.ts';
import { nowRFC3339, toRFC3339, toRFC3339Micro, tryParseRFC3339 } from './rfc3339.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

t.test('times are written in UTC, with seconds or microseconds', (t) => {
  const ms = Date.UTC(2026, 10, 21, 10, 2, 39, 987);
  t.equal(toRFC3339(ms), '2026-11-21T10:02:39Z');
  t.equal(
    nowRFC3339(() => ms),
    '2026-11-21T10:02:39Z',
  );
  t.equal(toRFC3339Micro(ms), '2026-11-21T10:02:39.987000Z');
  t.equal(toRFC3339Micro(ms + 0.25), '2026-11-21T10:02:39.987250Z');
  t.end();
});

t.test('times are read as RFC 3339 has them', (t) => {
  const good: [string, number][] = [
    ['2026-11-21T10:02:39Z', Date.UTC(2026, 10, 21, 10, 2, 39)],
    ['2026-11-21T10:02:39.5Z', Date.UTC(2026, 10, 21, 10, 2, 39, 500)],
    ['2026-11-21T10:02:39.123456Z', Date.UTC(2026, 10, 21, 10, 2, 39, 123)],
    ['2026-11-21T10:02:39+01:30', Date.UTC(2026, 10, 21, 8, 32, 39)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  ];
  for (const [text, ms] of good) t.equal(tryParseRFC3339(text), ms, text);
  const bad = [
    '',
    'noon',
    '2026-11-21',
    '2026-11-21T10:02:39',
    '2026-11-21 10:02:39Z',
    '2023-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:60Z',
    '2026-01-01T00:00:00+25:00',
  ];
  for (const text of bad) t.equal(tryParseRFC3339(text), undefined, text);
  t.end();
});

t.test('what is no time is told in the words of Go', (t) => {
  const cannot = (text: string, rest: string, element: string) =>
    `parsing time "${text}" as "2006-01-02T15:04:05Z07:00": cannot parse "${rest}" as "${element}"`;
  const cases: [string, string | undefined][] = [
    ['2026-11-21T10:02:39.5+01:00', undefined],
    ['', cannot('', '', '2006')],
    ['2026', cannot('2026', '', '-')],
    ['2026-1-01', cannot('2026-1-01', '1-01', '01')],
    ['2026-11-21 10:02:39Z', cannot('2026-11-21 10:02:39Z', ' 10:02:39Z', 'T')],
    ['2026-11-21T10:02:39', cannot('2026-11-21T10:02:39', '', 'Z07:00')],
    ['2026-13-21T10:02:39Z', 'parsing time "2026-13-21T10:02:39Z": month out of range'],
    ['2023-02-29T10:02:39Z', 'parsing time "2023-02-29T10:02:39Z": day out of range'],
    ['2026-11-21T10:02:60Z', 'parsing time "2026-11-21T10:02:60Z": second out of range'],
    ['2026-11-21T10:02:39+25:00', 'parsing time "2026-11-21T10:02:39+25:00": time zone offset hour out of range'],
    ['2026-11-21T10:02:39+01:61', 'parsing time "2026-11-21T10:02:39+01:61": time zone offset minute out of range'],
    ['2026-11-21T10:02:39Zé', String.raw`parsing time "2026-11-21T10:02:39Z\xc3\xa9": extra text: "\xc3\xa9"`],
  ];
  for (const [text, expected] of cases) t.equal(findTimeError(text), expected, text);
  t.end();
});

t.test('durations are short for people', (t) => {
  const cases: [number, string][] = [
    [-2 * second, '<invalid>'],
    [-1 * second, '0s'],
    [0, '0s'],
    [999, '0s'],
    [5 * second, '5s'],
    [119 * second, '119s'],
    [120 * second, '2m'],
    [150 * second, '2m30s'],
    [10 * minute - second, '9m59s'],
    [10 * minute + 30 * second, '10m'],
    [179 * minute, '179m'],
    [3 * hour, '3h'],
    [3 * hour + 5 * minute, '3h5m'],
    [8 * hour + 5 * minute, '8h'],
    [47 * hour, '47h'],
    [2 * day, '2d'],
    [2 * day + 5 * hour, '2d5h'],
    [8 * day - hour, '7d23h'],
    [8 * day + hour, '8d'],
    [2 * year - hour, '729d'],
    [2 * year, '2y'],
    [2 * year + 35 * day, '2y35d'],
    [8 * year + 35 * day, '8y'],
  ];
  for (const [ms, text] of cases) t.equal(toHumanDuration(ms), text, String(ms));
  t.equal(toAge('2026-11-21T10:02:39Z', Date.UTC(2026, 10, 21, 10, 5, 9)), '2m30s');
  t.same([toAge(null, 0), toAge(undefined, 0), toAge('x', 0)], ['<unknown>', '<unknown>', '<unknown>']);
  t.end();
});

t.test('durations of Go are read', (t) => {
  const good: [string, number][] = [
    ['0', 0],
    ['1m0s', minute],
    ['500ms', 500],
    ['1h30m', 90 * minute],
    ['-1.5h', -90 * minute],
    ['+2s', 2000],
    ['.5s', 500],
    ['1.s', 1000],
    ['1us', 0.001],
    ['1µs', 0.001],
    ['100ns', 0.0001],
  ];
  for (const [text, ms] of good) t.equal(parseGoDuration(text), ms, text);
  const bad: [string, string][] = [
    ['', 'time: invalid duration ""'],
    ['-', 'time: invalid duration "-"'],
    ['5', 'time: missing unit in duration "5"'],
    ['1h5', 'time: missing unit in duration "1h5"'],
    ['x', 'time: invalid duration "x"'],
    ['5x', 'time: unknown unit "x" in duration "5x"'],
    ['.s', 'time: invalid duration ".s"'],
    ['1d', 'time: unknown unit "d" in duration "1d"'],
    ['é"', String.raw`time: invalid duration "\xc3\xa9\""`],
    ['9999999h', 'time: invalid duration "9999999h"'],
  ];
  for (const [text, message] of bad) t.throws(() => parseGoDuration(text), { name: 'RangeError', message }, text);
  t.end();
});
