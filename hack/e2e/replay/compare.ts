import type { RecordedResponse } from './exchange.ts';
import { normaliseBody, normaliseHeaders } from './normalise.ts';

/** One place where two answers differ. */
export interface Difference {
  /** `status`, `header.<name>` or a path in the body. */
  readonly at: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** Every difference between a recorded answer and ours, volatile parts aside; order of members does not count. */
export function compareResponses(expected: RecordedResponse, actual: RecordedResponse): Difference[] {
  return [
    ...compareValues('status', expected.status, actual.status),
    ...compareValues('header', normaliseHeaders(expected.headers), normaliseHeaders(actual.headers)),
    ...compareBodies(expected.body, actual.body),
  ];
}

function compareBodies(expected: RecordedResponse['body'], actual: RecordedResponse['body']): Difference[] {
  // Only the length of a large document was recorded, and ours holds other kinds.
  if (expected.bytes !== undefined) return [];
  return compareValues('body', normaliseBody(expected), normaliseBody(actual));
}

function compareValues(at: string, expected: unknown, actual: unknown): Difference[] {
  if (Object.is(expected, actual)) return [];
  if (!isContainer(expected) || !isContainer(actual) || Array.isArray(expected) !== Array.isArray(actual)) {
    return [{ at, expected, actual }];
  }
  const names = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  return [...names].flatMap((name) => compareValues(`${at}.${name}`, expected[name], actual[name]));
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object';
}
