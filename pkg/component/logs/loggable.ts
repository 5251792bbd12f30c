import type { Loggable } from './log-sink.ts';
import { isSecretName, redactText, redacted } from './redact.ts';

const maxDepth = 5;
const maxMembers = 64;
const maxTextLength = 4096;

/** Members that every JSON line has; a field of such a name gets an underscore. */
const reserved: ReadonlySet<string> = new Set(['ts', 'level', 'msg', 'v']);

/**
 * Plain copy of the fields, fit to be written: secrets replaced, long texts cut, depth and width bounded, cycles and getters that
 * throw survived, errors as objects with name, message, stack, code and cause.
 */
export function toLoggable(fields: Readonly<Record<string, unknown>>): Loggable {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined)
      result[reserved.has(name) ? `${name}_` : name] = isSecretName(name) ? redacted : toPlain(value, 0);
  }
  return result;
}

function toPlain(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return toText(value);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      return value;
    case 'object':
      return value === null ? null : toPlainObject(value, depth);
    case 'undefined':
      return null;
    default:
      return toText(String(value));
  }
}

function toText(text: string): string {
  const cut = text.length > maxTextLength ? `${text.slice(0, maxTextLength)}… (${text.length} characters)` : text;
  return redactText(cut);
}

function toPlainObject(value: object, depth: number): unknown {
  try {
    if (depth >= maxDepth) return Array.isArray(value) ? '[…]' : '{…}';
    if (value instanceof Error) return toPlainError(value, depth);
    if (value instanceof Date || value instanceof URL) return toText(value.toJSON() ?? String(value));
    if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`;
    if (Array.isArray(value)) return value.slice(0, maxMembers).map((item) => toPlain(item, depth + 1));
    const entries =
      value instanceof Map ? [...value.entries()].map(([k, v]) => [String(k), v] as const) : Object.entries(value);
    if (value instanceof Set) return [...value].slice(0, maxMembers).map((item) => toPlain(item, depth + 1));
    return Object.fromEntries(
      entries
        .slice(0, maxMembers)
        .map(([name, member]) => [name, isSecretName(name) ? redacted : toPlain(member, depth + 1)]),
    );
  } catch (error) {
    // A getter or a proxy that throws must not cost the line.
    return `(unreadable: ${error instanceof Error ? error.message : 'threw'})`;
  }
}

function toPlainError(error: Error, depth: number): Record<string, unknown> {
  const code: unknown = 'code' in error ? error.code : undefined;
  return {
    name: error.name,
    message: toText(error.message),
    ...(code === undefined ? {} : { code: toPlain(code, depth + 1) }),
    ...(error.stack === undefined ? {} : { stack: toText(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: toPlain(error.cause, depth + 1) }),
  };
}
