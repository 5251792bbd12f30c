import type { StatusCause } from '../../../apis/meta/v1/types.ts';
import { newStatusError, type StatusError } from '../errors/status-error.ts';
import { compareUTF8 } from '../runtime/compare.ts';
import { toGoQuoted } from '../validation/go-string.ts';
import { countPaths, type FieldSet } from './field-set/field-set.ts';
import { listPaths } from './field-set/list-paths.ts';
import { printPath } from './field-set/path-element.ts';
import type { ManagedEntries, ManagedEntry } from './managed-entry.ts';

/** How much of all conflicts is told, in characters of paths: two large objects may differ in as many places as they have. */
const maxPathsLength = 65_536;

/** 409: fields that a config wants to change belong to others. `conflicts` are those fields, by key of the entry. */
export function newApplyConflict(conflicts: ReadonlyMap<string, FieldSet>, entries: ManagedEntries): StatusError {
  const managers = [...listConflicts(conflicts, entries)];
  const count = [...conflicts.values()].reduce((sum, fields) => sum + countPaths(fields), 0);
  const causes = managers.flatMap(({ name, paths }) => paths.map((path) => toCause(name, path)));
  return newStatusError({ code: 409, reason: 'Conflict', message: toMessage(count, managers), details: { causes } });
}

interface ManagerConflicts {
  readonly name: string;
  readonly paths: readonly string[];
}

function* listConflicts(
  conflicts: ReadonlyMap<string, FieldSet>,
  entries: ManagedEntries,
): Generator<ManagerConflicts, void, undefined> {
  let length = 0;
  for (const [key, fields] of [...conflicts].toSorted(([a], [b]) => compareUTF8(a, b))) {
    const paths: string[] = [];
    for (const path of listPaths(fields)) {
      if (length > maxPathsLength) break;
      const text = printPath(path);
      length += text.length;
      paths.push(text);
    }
    if (paths.length > 0) yield { name: toManagerText(entries.get(key)), paths };
  }
}

function toCause(manager: string, field: string): StatusCause {
  return { reason: 'FieldManagerConflict', message: `conflict with ${manager}`, field };
}

function toMessage(count: number, managers: readonly ManagerConflicts[]): string {
  const [first] = managers;
  if (count === 1) return `Apply failed with 1 conflict: conflict with ${first?.name}: ${first?.paths[0]}`;
  const lines = managers.flatMap(({ name, paths }) => [`conflicts with ${name}:`, ...paths.map((path) => `- ${path}`)]);
  return `Apply failed with ${count} conflicts: ${lines.join('\n')}`;
}

function toManagerText(entry: ManagedEntry | undefined): string {
  if (entry === undefined) return '""';
  const { manager, subresource, operation, apiVersion } = entry;
  const on = subresource === '' ? '' : ` with subresource ${toGoQuoted(subresource)}`;
  return `${toGoQuoted(manager)}${on}${operation === 'Update' ? ` using ${apiVersion}` : ''}`;
}
