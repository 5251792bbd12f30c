/** Longest label value that gets a series of its own: values come from request paths, and memory must not. */
const maxValueLength = 200;

/** What labels say of the series that takes what is over a limit. */
export const overflowValue = 'overflow';

/** Tells values that are too long to be kept. */
export function isOversized(values: readonly string[]): boolean {
  return values.some((value) => value.length > maxValueLength);
}

/** `name="value"`, escaped as the Prometheus text format wants it. */
export function toLabelText(name: string, value: string): string {
  return `${name}="${/[\\"\n]/.test(value) ? toEscaped(value) : value}"`;
}

/** Several of them, in the order of the names. */
export function toLabelsText(names: readonly string[], valueOf: (name: string) => string): string {
  return names.map((name) => toLabelText(name, valueOf(name))).join(',');
}

function toEscaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
