/**
 * Finds blocks that stand in two places: runs of at least twelve identical lines, comments, blank lines, indentation and imports
 * left aside, across everything that is not a test. hack/duplicates-allowed.json lists the pairs that stay, with the reason.
 *
 * Usage: node hack/verify-duplicates.ts [root]
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, isTest, sourceFiles } from './lib/files.ts';
import { stripComments } from './lib/strip-comments.ts';

const SHORTEST = 12;

interface Line {
  readonly file: string;
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
}

interface Allowed {
  readonly files: readonly [string, string];
  readonly because: string;
}

/** Two places with the same lines. */
interface Duplicate {
  readonly first: Line;
  readonly second: Line;
  readonly length: number;
}

/** One sentence for each duplicate that is not allowed, and for each allowance that nothing needs. */
export function verifyDuplicates(root: string): string[] {
  const listed = join(root, 'hack/duplicates-allowed.json');
  const allowed = existsSync(listed) ? (JSON.parse(readFileSync(listed, 'utf8')) as Allowed[]) : [];
  const used = new Set<Allowed>();
  const lines = sourceFiles(root)
    .filter((file) => !isTest(file))
    .map((file) => normalise(file, readFileSync(join(root, file), 'utf8')));
  const faults = findDuplicates(lines).flatMap((found) => {
    const entry = allowed.find(({ files }) => files.includes(found.first.file) && files.includes(found.second.file));
    if (entry !== undefined) used.add(entry);
    return entry === undefined ? [describe(found)] : [];
  });
  const idle = allowed.filter((entry) => !used.has(entry));
  return [
    ...faults,
    ...idle.map(({ files }) => `hack/duplicates-allowed.json: ${files.join(' and ')} share nothing any more`),
  ];
}

function normalise(file: string, source: string): Line[] {
  const code = stripComments(source).replaceAll(/^(?:import|export)\s[^;'()]*?(?:from\s*)?'[^']+';/gm, (statement) =>
    statement.replaceAll(/[^\n]/g, ''),
  );
  return code
    .split('\n')
    .map((text, index) => ({ file, number: index + 1, text: text.trim().replaceAll(/\s+/g, ' ') }))
    .filter((line) => line.text !== '');
}

/** Every longest run of equal lines, each reported once, in reading order. */
export function findDuplicates(files: readonly (readonly Line[])[]): Duplicate[] {
  const seen = new Map<string, { lines: readonly Line[]; at: number }>();
  const found: Duplicate[] = [];
  for (const lines of files) {
    for (let at = 0; at + SHORTEST <= lines.length; at += 1) {
      const key = window(lines, at);
      const earlier = seen.get(key);
      if (earlier === undefined || (earlier.lines === lines && earlier.at + SHORTEST > at)) {
        if (earlier === undefined) seen.set(key, { lines, at });
        continue;
      }
      const length = extend(earlier, { lines, at });
      const first = earlier.lines[earlier.at];
      const second = lines[at];
      if (first !== undefined && second !== undefined) found.push({ first, second, length });
      at += length - 1;
    }
  }
  return found;
}

function window(lines: readonly Line[], at: number): string {
  return lines
    .slice(at, at + SHORTEST)
    .map((line) => line.text)
    .join('\n');
}

function extend(a: { lines: readonly Line[]; at: number }, b: { lines: readonly Line[]; at: number }): number {
  let length = SHORTEST;
  while (b.lines[b.at + length] !== undefined && a.lines[a.at + length]?.text === b.lines[b.at + length]?.text)
    length += 1;
  return length;
}

function describe({ first, second, length }: Duplicate): string {
  return `${second.file}:${second.number}: ${length} lines stand at ${first.file}:${first.number} too, from "${first.text}"`;
}

if (import.meta.main) {
  const faults = verifyDuplicates(process.argv[2] ?? ROOT);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
}
