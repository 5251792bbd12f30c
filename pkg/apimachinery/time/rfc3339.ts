import { findTimeError } from './go-time-error.ts';

/** A time as `metav1.Time` has it on the wire: RFC 3339 in UTC with second precision. `ms` is since the epoch. */
export function toRFC3339(ms: number): string {
  return `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`;
}

/** A time as `metav1.MicroTime` has it on the wire: with six digits of a second. */
export function toRFC3339Micro(ms: number): string {
  const micros = Math.floor(ms * 1000);
  const seconds = Math.floor(micros / 1_000_000);
  const fraction = String(micros - seconds * 1_000_000).padStart(6, '0');
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}

/** Reads the milliseconds since the epoch. */
export type Now = () => number;

/** The present as `metav1.Time` has it on the wire. */
export function nowRFC3339(now: Now): string {
  return toRFC3339(now());
}

/**
 * The same moment as `metav1.Time` writes it: in UTC, without fractions; `null` for the zero time and for none. A text that is no
 * time stays as it is.
 */
export function normaliseTime(text: string | null | undefined): string | null {
  return rewrite(text, (ms) => toRFC3339(ms));
}

/** The same moment as `metav1.MicroTime` writes it: in UTC, with six digits of a second. Otherwise as `normaliseTime`. */
export function normaliseMicroTime(text: string | null | undefined): string | null {
  const fraction = /[.,](\d+)/.exec(text ?? '')?.[1] ?? '';
  return rewrite(text, (ms) => toRFC3339(ms).replace('Z', `.${fraction.slice(0, 6).padEnd(6, '0')}Z`));
}

const zeroTime = Date.parse('0001-01-01T00:00:00Z');

function rewrite(text: string | null | undefined, write: (ms: number) => string): string | null {
  const ms = tryParseRFC3339(text ?? '');
  if (ms === undefined) return text === '' ? null : (text ?? null);
  return ms === zeroTime ? null : write(ms);
}

/** As every time is written here. */
const canonicalPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** Tells a time that `toRFC3339` may have written: reading and writing it again changes nothing. Other spellings of times are none. */
export function isCanonicalRFC3339(text: string): boolean {
  if (!canonicalPattern.test(text)) return false;
  const ms = Date.parse(text);
  // Engines make the first of March of the thirtieth of February.
  return !Number.isNaN(ms) && toRFC3339(ms) === text;
}

const pattern = /^(\d{4})-(\d\d)-(\d\d)T(\d\d?):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** Milliseconds since the epoch of an RFC 3339 time, or `undefined` when it is none. Takes what Go takes. */
export function tryParseRFC3339(text: string): number | undefined {
  const found = pattern.exec(text);
  if (found === null || findTimeError(text) !== undefined) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHour = '0', offsetMinute = '0'] = found;
  const time = new Date(0);
  time.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  time.setUTCHours(Number(hour), Number(minute), Number(second), Math.trunc(Number(`0.${fraction}0`) * 1000));
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000;
  return time.getTime() + (sign === '-' ? offset : -offset);
}
