import { newBadRequest } from '../errors/constructors.ts';
import type { StatusError } from '../errors/status-error.ts';
import { toGoQuoted } from '../validation/go-string.ts';
import type { FieldSelector } from './selector.ts';

/** Paths that every kind can be selected by. */
export const commonFieldPaths: readonly string[] = ['metadata.name', 'metadata.namespace'];

/** 400: a kind with no selectable fields of its own does not know this path. */
export function newUnknownFieldLabel(path: string): StatusError {
  return newBadRequest(`${toGoQuoted(path)} is not a known field selector: only "metadata.name", "metadata.namespace"`);
}

/** 400: a kind that declares selectable fields does not know this path. */
export function newUnsupportedFieldLabel(path: string): StatusError {
  return newBadRequest(`field label not supported: ${path}`);
}

/**
 * Throws the 400 that upstream answers with when a selector names a path that the kind cannot be selected by. `declared` are the
 * kind's own paths beside `metadata.name` and `metadata.namespace`; `undefined` for a kind that declares none.
 */
export function checkFieldSelector(selector: FieldSelector, declared: readonly string[] | undefined): void {
  for (const { path } of selector.requirements) {
    if (commonFieldPaths.includes(path) || declared?.includes(path)) continue;
    throw declared === undefined ? newUnknownFieldLabel(path) : newUnsupportedFieldLabel(path);
  }
}
