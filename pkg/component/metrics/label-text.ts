/** Longest label value that is kept: values come from request paths, and memory must not. */
const maxValueLength = 200;

/** What labels say of the series that takes what is over the limit. */
export const overflowValue = 'overflow';

/** `name="value"`, escaped as the Prometheus text format wants it. */
export function toLabelText(name: string, value: string): string {
  const cut = value.length > maxValueLength ? `${value.slice(0, maxValueLength)}…` : value;
  const escaped = /[\\"\n]/.test(cut)
    ? cut.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
    : cut;
  return `${name}="${escaped}"`;
}

/** Several of them, in the order of the names. */
export function toLabelsText(names: readonly string[], valueOf: (name: string) => string): string {
  return names.map((name) => toLabelText(name, valueOf(name))).join(',');
}
