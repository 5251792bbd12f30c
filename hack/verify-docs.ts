/**
 * Checks that the documents speak of what is there: every npm script, every path, every relative link, every flag of `tributary`
 * and every `TRIBUTARY_` variable that a Markdown file names has to exist.
 *
 * Usage: node hack/verify-docs.ts [root]
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { ROOT, isTest, projectFiles } from './lib/files.ts';
import { type Fence, fencesOf, mentionsOf } from './lib/markdown.ts';

/** What the documents may name. */
interface Known {
  readonly root: string;
  readonly scripts: ReadonlySet<string>;
  /** Flags and variables as they stand in the sources of the program. */
  readonly source: string;
}

interface Piece {
  readonly text: string;
  readonly line: number;
}

const FOLDERS = /^(?:apis|pkg|cmd|examples|hack|tmp-storage|\.ci)\/[\w.@*{},/-]*$/;
const ROOT_FILE = /^[A-Z][A-Z-]+\.md$|^(?:package|package-lock|tsconfig)\.json$|^LICENSE$|^\.\w+rc\.json$/;

/** What an npm script or its flags come after on a command line of ours. */
const OURS = /^(?:npm start\b|npm run (?:tributary|start)\b|tributary\b|node cmd\/tributary\/)/;

/** One sentence for each thing that a document names and that is not there. */
export function verifyDocs(root: string): string[] {
  const files = projectFiles(root);
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts?: Record<string, string> };
  const program = files.filter((file) => /^(?:cmd|pkg|examples)\/.*\.ts$/.test(file) && !isTest(file));
  const known: Known = {
    root,
    scripts: new Set(Object.keys(manifest.scripts ?? {})),
    source: program.map((file) => readFileSync(join(root, file), 'utf8')).join('\n'),
  };
  return files
    .filter((file) => file.endsWith('.md') && !file.startsWith('hack/e2e/golden/'))
    .flatMap((file) => verifyDocument(known, file, readFileSync(join(root, file), 'utf8')));
}

function verifyDocument(known: Known, file: string, markdown: string): string[] {
  const mentions = mentionsOf(markdown);
  const code: Piece[] = [...mentions.filter(({ kind }) => kind === 'code'), ...fencesOf(markdown).flatMap(toCommands)];
  const links = mentions.filter(({ kind }) => kind === 'link');
  const found = [
    ...code.flatMap((piece) => checkCommand(known, piece)),
    ...code.flatMap((piece) => checkVariables(known, piece)),
    ...mentions.filter(({ kind }) => kind === 'code').flatMap((piece) => checkPath(known, piece)),
    ...links.flatMap((piece) => checkLink(known, file, piece)),
  ];
  return found.map(({ text, line }) => `${file}:${line}: ${text}`);
}

/** The lines of a fence; one that ends with a backslash goes on in the next. */
function toCommands(fence: Fence): Piece[] {
  const pieces: Piece[] = [];
  let isContinued = false;
  for (const [index, text] of fence.lines.entries()) {
    const last = isContinued ? pieces.pop() : undefined;
    isContinued = text.endsWith('\\');
    const own = text.replace(/\\$/, '').trim();
    pieces.push(
      last === undefined ? { text: own, line: fence.line + index } : { ...last, text: `${last.text} ${own}` },
    );
  }
  return pieces;
}

function checkCommand(known: Known, { text, line }: Piece): Piece[] {
  const scripts = [...text.matchAll(/\bnpm (?:run (?:--?\w+ )*([\w:-]+)|(test|start)\b)/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
  const missing = scripts
    .filter((script) => !known.scripts.has(script))
    .map((script) => `npm has no script "${script}" here`);
  const flags = OURS.test(text) || /^--[a-z]/.test(text) ? [...text.matchAll(/(?<=^| )--([a-z][a-z0-9-]+)/g)] : [];
  const unknown = flags
    .map((match) => match[1] ?? '')
    .filter((flag) => !new RegExp(`--(?:\\[no-\\])?${flag.replace(/^no-/, '(?:no-)?')}(?![\\w-])`).test(known.source))
    .map((flag) => `the program has no flag --${flag}`);
  return [...missing, ...unknown].map((fault) => ({ text: fault, line }));
}

function checkVariables(known: Known, { text, line }: Piece): Piece[] {
  return [...text.matchAll(/\bTRIBUTARY_[A-Z_]*[A-Z]\b/g)]
    .map((match) => match[0])
    .filter((variable) => !known.source.includes(variable))
    .map((variable) => ({ text: `nothing reads the variable ${variable}`, line }));
}

function checkPath(known: Known, { text, line }: Piece): Piece[] {
  const path = text.replace(/^\.\//, '').replace(/\/$/, '');
  if (!FOLDERS.test(path) && !FOLDERS.test(`${path}/`) && !ROOT_FILE.test(path)) return [];
  // What the program writes at run time is not there in a fresh clone.
  if (path.startsWith('tmp-storage/') && path !== 'tmp-storage/README.md') return [];
  const exists = /[*{]/.test(path)
    ? globSync(path, { cwd: known.root }).length > 0
    : existsSync(join(known.root, path));
  return exists ? [] : [{ text: `${path} does not exist`, line }];
}

function checkLink(known: Known, file: string, { text, line }: Piece): Piece[] {
  if (/^(?:[a-z]+:|#)/.test(text)) return [];
  const target = posix.join(dirname(file), text.replace(/#.*$/, ''));
  return existsSync(join(known.root, target)) ? [] : [{ text: `links to ${target}, which does not exist`, line }];
}

if (import.meta.main) {
  const faults = verifyDocs(process.argv[2] ?? ROOT);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
}
