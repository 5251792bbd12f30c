import { parseGoDuration } from '../../../pkg/apimachinery/time/duration.ts';
import { UsageError } from '../usage-error.ts';

/** Parses a duration above zero, such as `1h` or `90s`, into milliseconds. Throws a `UsageError` that names where it came from. */
export function parseDuration(text: string, source: string): number {
  const ms = tryParse(text);
  if (ms > 0) return ms;
  throw new UsageError(`${source} must be a duration such as 90s, 30m or 1h, not ${JSON.stringify(text)}`);
}

function tryParse(text: string): number {
  try {
    return parseGoDuration(text);
  } catch {
    return Number.NaN;
  }
}
