import { UsageError } from '../usage-error.ts';

/** Parses a decimal integer. Throws a `UsageError` that names where it came from. */
export function parseInteger(text: string, source: string): number {
  const value = /^[+-]?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new UsageError(`${source} must be a whole number, not ${JSON.stringify(text)}`);
}
