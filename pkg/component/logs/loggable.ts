import type { Loggable } from './log-sink.ts';
import type { LogFields } from './logger.ts';
import { isSecretName, redacted, redactText } from './redact.ts';

const maxDepth = 5;
const maxMembers = 64;
const maxTextLength = 4096;

/** Members that a JSON line has anyway; a field of such a name gets an underscore. */
const reserved: ReadonlySet<string> = new Set(['ts', 'level', 'msg', 'v']);

const nothing: Loggable = {};

/**
 * Plain copy of the fields, fit to be written: secrets replaced, long texts cut, depth and width bounded, cycles and getters that
 * throw survived, errors as objects with name, message, code, stack and cause.
 */
export function toLoggable(fields: LogFields | undefined): Loggable {
  if (fields === undefined) return nothing;
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) result[reserved.has(name) ? `${name}_` : name] = toMember(name, value, 0);
  }
  return result;
}

function toMember(name: string, value: unknown, depth: number): unknown {
  return isSecretName(name) ? redacted : toPlain(value, depth);
}

function toPlain(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return toText(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'bigint' || typeof value === 'symbol') return value.toString();
  if (typeof value !== 'object') return `(${typeof value})`;
  try {
    return toPlainObject(value, depth);
  } catch {
    // A getter or a proxy that throws must not cost the line.
    return '(unreadable)';
  }
}

function toText(text: string): string {
  const cut = text.length > maxTextLength ? `${text.slice(0, maxTextLength)}… (${text.length} characters)` : text;
  return redactText(cut);
}

function toPlainObject(value: object, depth: number): unknown {
  if (value instanceof Error) return toPlainError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof URL) return toText(value.href);
  if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`;
  if (depth >= maxDepth) return Array.isArray(value) ? '[…]' : '{…}';
  if (Array.isArray(value) || value instanceof Set) {
    return [...value].slice(0, maxMembers).map((item) => toPlain(item, depth + 1));
  }
  const members =
    value instanceof Map
      ? [...value].map(([name, member]) => [String(name), member as unknown] as const)
      : Object.entries(value);
  return Object.fromEntries(
    members.slice(0, maxMembers).map(([name, member]) => [name, toMember(name, member, depth + 1)]),
  );
}

function toPlainError(error: Error, depth: number): unknown {
  if (depth >= maxDepth) return toText(error.message);
  const { name, message, stack, cause } = error;
  return {
    name,
    message: toText(message),
    ...('code' in error && error.code !== undefined ? { code: toPlain(error.code, maxDepth) } : {}),
    ...(stack === undefined ? {} : { stack: toText(stack) }),
    ...(cause === undefined ? {} : { cause: toPlain(cause, depth + 1) }),
    ...(error instanceof AggregateError ? { errors: toPlain(error.errors, depth + 1) } : {}),
  };
}
