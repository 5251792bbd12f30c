/**
 * Checks who imports whom against hack/import-restrictions.json: folders import in one direction, and each npm package has one
 * home. Prints `file:line` and the rule for each violation.
 *
 * Usage: node hack/verify-imports.ts [root]
 */
import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, posix } from 'node:path';
import { ROOT, isTest, sourceFiles } from './lib/files.ts';
import { importsOf } from './lib/imports.ts';

interface FolderRule {
  /** Folder, with `*` for any one segment. The longest pattern that fits a file rules it. */
  readonly from: string;
  /** Folders, files, `folder/*.ts` (files directly in it), or `public` for the entry points of package.json. */
  readonly to: readonly string[];
  /** Why, when it is not obvious. */
  readonly because?: string;
}

interface Restrictions {
  readonly folders: readonly FolderRule[];
  /** npm package → folders or files that may import it. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
}

interface PackageFile {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
}

/** What the rules are read from and applied to. */
interface Project {
  readonly root: string;
  readonly restrictions: Restrictions;
  readonly manifest: PackageFile;
  readonly entryPoints: ReadonlySet<string>;
}

/** Reads the rules of a project and answers with one sentence a violation, sorted by file. */
export function verifyImports(root: string): string[] {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as PackageFile;
  const project: Project = {
    root,
    manifest,
    restrictions: JSON.parse(readFileSync(join(root, 'hack/import-restrictions.json'), 'utf8')) as Restrictions,
    entryPoints: new Set(sourcesOf(manifest.exports)),
  };
  return sourceFiles(root).flatMap((file) =>
    importsOf(readFileSync(join(root, file), 'utf8')).flatMap(({ specifier, line }) => {
      const fault = specifier.startsWith('.')
        ? checkFile(project, file, posix.join(posix.dirname(file), specifier))
        : checkPackage(project, file, specifier);
      return fault === undefined ? [] : [`${file}:${line}: ${fault}`];
    }),
  );
}

/** The sources behind `exports`: `./dist/pkg/x/index.js` comes from `pkg/x/index.ts`. */
function sourcesOf(exports: unknown): string[] {
  if (typeof exports === 'string') return [exports.replace(/^\.\/dist\//, '').replace(/\.js$/, '.ts')];
  return exports !== null && typeof exports === 'object' ? Object.values(exports).flatMap(sourcesOf) : [];
}

function checkFile(project: Project, file: string, target: string): string | undefined {
  if (!existsSync(join(project.root, target))) return `imports ${target}, which does not exist`;
  if (isTest(file) && !target.startsWith('hack/')) return undefined;
  if (file.startsWith('hack/')) return undefined;
  if (isTest(target)) return `imports ${target}: only tests may import tests and folders called testing`;
  const rule = ruleFor(project.restrictions.folders, file);
  if (rule === undefined) return `lies in no folder of hack/import-restrictions.json`;
  if (target.startsWith(`${homeOf(rule, file)}/`)) return undefined;
  if (rule.to.some((allowed) => (allowed === 'public' ? isPublic(project, target) : isWithin(target, allowed))))
    return undefined;
  const allowed = rule.to.length === 0 ? 'nothing else' : `only ${rule.to.join(', ')}`;
  return `imports ${target}, but ${rule.from} may import ${allowed}${rule.because === undefined ? '' : ` (${rule.because})`}`;
}

/** Whether a file is an entry point of the package. */
function isPublic(project: Project, target: string): boolean {
  return [...project.entryPoints].some((entry) =>
    entry.includes('*')
      ? new RegExp(`^${entry.replaceAll('.', '\\.').replace('*', '.+')}$`).test(target)
      : entry === target,
  );
}

function ruleFor(rules: readonly FolderRule[], file: string): FolderRule | undefined {
  const fitting = rules.filter((rule) => homeOf(rule, file) !== undefined);
  return fitting.toSorted(
    (a, b) => b.from.split('/').length - a.from.split('/').length || b.from.length - a.from.length,
  )[0];
}

/** The folder that a rule's pattern stands for in the case of a file, or `undefined` when the file is not below it. */
function homeOf(rule: FolderRule, file: string): string | undefined {
  const pattern = rule.from.split('/');
  const segments = file.split('/').slice(0, -1);
  const fits = pattern.every(
    (part, index) => segments[index] !== undefined && (part === '*' || part === segments[index]),
  );
  return fits ? segments.slice(0, pattern.length).join('/') : undefined;
}

function isWithin(target: string, allowed: string): boolean {
  if (allowed.endsWith('/*.ts')) return posix.dirname(target) === allowed.slice(0, -'/*.ts'.length);
  return target === allowed || target.startsWith(`${allowed}/`);
}

function checkPackage(project: Project, file: string, specifier: string): string | undefined {
  if (specifier.startsWith('node:')) return undefined;
  if (builtinModules.includes(specifier)) return `imports '${specifier}' without 'node:'`;
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  const { manifest, restrictions } = project;
  if (name === manifest.name)
    return file.startsWith('examples/') || isTest(file) ? undefined : `imports its own package by name`;
  const tooling = isTest(file) || file.startsWith('hack/');
  if (manifest.dependencies?.[name] === undefined && !(tooling && manifest.devDependencies?.[name] !== undefined)) {
    return `imports ${name}, which package.json does not list under ${tooling ? 'any' : 'its'} dependencies`;
  }
  if (tooling) return undefined;
  const homes = restrictions.packages[name];
  if (homes === undefined) return `imports ${name}, which has no home in hack/import-restrictions.json`;
  return homes.some((home) => isWithin(file, home) || file.startsWith(home))
    ? undefined
    : `imports ${name}, whose home is ${homes.join(' and ')}`;
}

if (import.meta.main) {
  const faults = verifyImports(process.argv[2] ?? ROOT);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
}
