import type { JSONObject } from '../../apimachinery/runtime/json.ts';

/** An object as a file has it. */
export interface Manifest {
  readonly file: string;
  /** Line on which its document begins, from 1. */
  readonly line: number;
  readonly object: JSONObject;
  /** Line of a field such as `spec.version`, or of the nearest one above it that is there. */
  lineOf(field: string): number;
}

/** What is wrong with a manifest, where. The message begins with `<file>:<line>: `. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
  readonly file: string;
  readonly line: number;

  constructor(where: { readonly file: string; readonly line: number }, fault: string, cause?: unknown) {
    super(`${where.file}:${where.line}: ${fault}`, { cause });
    this.file = where.file;
    this.line = where.line;
  }
}
