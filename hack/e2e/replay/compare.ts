import { parse } from 'yaml';
import { fillCut } from './cut.ts';
import type { RecordedResponse } from './exchange.ts';
import { type EverywhereRules, normaliseBody, normaliseHeaders } from './normalise.ts';
import { toSharedGroups } from './shared-groups.ts';

/** One place where two answers differ. */
export interface Difference {
  /** `status`, `header.<name>`, a path in the body, or `order` when only the order of members is another one. */
  readonly at: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** Every difference between a recorded answer and ours, volatile parts aside. */
export function compareResponses(
  expected: RecordedResponse,
  actual: RecordedResponse,
  rules: EverywhereRules,
): Difference[] {
  return [
    ...compareValues('status', expected.status, actual.status),
    ...compareHeaders(normaliseHeaders(expected.headers), normaliseHeaders(actual.headers), rules),
    ...compareBodies(readYAML(expected), readYAML(actual), rules),
  ];
}

function compareBodies(
  expected: RecordedResponse['body'],
  actual: RecordedResponse['body'],
  rules: EverywhereRules,
): Difference[] {
  // Only the length of a large document was recorded, and ours holds other kinds.
  if (expected.bytes !== undefined) return [];
  const [theirs, ours] = toSharedGroups(expected.json, actual.json);
  const answered = normaliseBody(actual.json === undefined ? actual : { json: ours }, rules);
  const recorded = fillCut(normaliseBody(expected.json === undefined ? expected : { json: theirs }, rules), answered);
  const differences = compareValues('body', recorded, answered);
  // Members in another order are the same document to a program, and another one to whoever reads or compares texts.
  return differences.length > 0
    ? differences
    : compareValues('order', JSON.stringify(recorded), JSON.stringify(answered));
}

function compareHeaders(
  expected: Readonly<Record<string, string>>,
  actual: Readonly<Record<string, string>>,
  rules: EverywhereRules,
): Difference[] {
  const comparable = Object.entries(actual).filter(
    ([name]) => rules.added[name] === undefined || expected[name] !== undefined,
  );
  return compareValues('header', sayOnce(expected, rules), Object.fromEntries(comparable));
}

/** Headers that the recorded server repeats although one would do. */
function sayOnce(headers: Readonly<Record<string, string>>, { saidOnce }: EverywhereRules): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      saidOnce[name] === undefined ? value : [...new Set(value.split(' | '))].join(' | '),
    ]),
  );
}

/** The body, with YAML read as the document that it is: what a member's absence means is decided on documents. */
function readYAML({ body, headers }: RecordedResponse): RecordedResponse['body'] {
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  return body.text !== undefined && type === 'application/yaml' ? { json: parse(body.text) as unknown } : body;
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
