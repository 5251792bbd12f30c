import { quoteForTime as quote } from './go-quote.ts';

const layout = '2006-01-02T15:04:05Z07:00';

interface Element {
  /** Part of Go's layout. */
  readonly layout: string;
  readonly pattern: RegExp;
  /** What Go calls a number that is too large or too small. */
  readonly name?: string;
  readonly min?: number;
  readonly max?: number;
}

const elements: readonly Element[] = [
  { layout: '2006', pattern: /^\d{4}/ },
  { layout: '-', pattern: /^-/ },
  { layout: '01', pattern: /^\d{2}/, name: 'month', min: 1, max: 12 },
  { layout: '-', pattern: /^-/ },
  // How many days the month has is looked at when the rest is known to be good.
  { layout: '02', pattern: /^\d{2}/ },
  { layout: 'T', pattern: /^T/ },
  { layout: '15', pattern: /^\d{1,2}/, name: 'hour', min: 0, max: 23 },
  { layout: ':', pattern: /^:/ },
  { layout: '04', pattern: /^\d{2}/, name: 'minute', min: 0, max: 59 },
  { layout: ':', pattern: /^:/ },
  { layout: '05', pattern: /^\d{2}(?:[.,]\d+)?/, name: 'second', min: 0, max: 59 },
  { layout: 'Z07:00', pattern: /^(?:Z|[+-]\d{2}:\d{2})/ },
];

/** Go's text for the first fault of an RFC 3339 time, or `undefined` when Go can read it (Go: `time.Parse(time.RFC3339, …)`). */
export function findTimeError(text: string): string | undefined {
  let rest = text;
  for (const { layout: part, pattern, name, min = 0, max = Infinity } of elements) {
    const found = pattern.exec(rest)?.[0];
    if (found === undefined) {
      return `parsing time ${quote(text)} as "${layout}": cannot parse ${quote(rest)} as "${part}"`;
    }
    const value = Number.parseInt(found, 10);
    if (name !== undefined && (value < min || value > max)) return outOfRange(text, name);
    const offsetFault = part === 'Z07:00' ? findOffsetFault(found) : undefined;
    if (offsetFault !== undefined) return outOfRange(text, offsetFault);
    rest = rest.slice(found.length);
  }
  if (rest !== '') return `parsing time ${quote(text)}: extra text: ${quote(rest)}`;
  return isDayOfMonth(text) ? undefined : outOfRange(text, 'day');
}

function outOfRange(text: string, name: string): string {
  return `parsing time ${quote(text)}: ${name} out of range`;
}

// Go is generous here: 24 hours and 60 minutes pass.
function findOffsetFault(offset: string): string | undefined {
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number);
  if (minutes > 60) return 'time zone offset minute';
  return hours > 24 ? 'time zone offset hour' : undefined;
}

function isDayOfMonth(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  // Years below 100 would be taken for those of the 20th century; leap years repeat every 400.
  return day >= 1 && day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}
