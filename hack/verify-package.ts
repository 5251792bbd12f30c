/**
 * Builds the package the way it is published and uses it the way a stranger would: packs it, lets publint look at it, imports
 * every subpath of `exports` from the unpacked tarball, and compiles a program that names each of them.
 *
 * Usage: node hack/verify-package.ts
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT, projectFiles } from './lib/files.ts';
import { type CommandResult, runCommand } from './lib/run-command.ts';

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly bin: Readonly<Record<string, string>>;
}

const ROOT_FILES = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md'];

/** Thrown with the reason when a step fails. */
class StepFailed extends Error {}

async function step(name: string, running: Promise<CommandResult>): Promise<string> {
  const { code, output } = await running;
  if (code !== 0) throw new StepFailed(`${name} failed with exit code ${code}:\n${output.trim()}`);
  return output;
}

async function verifyPackage(work: string): Promise<void> {
  // A folder below the repository: imports out of the unpacked package find the dependencies in our node_modules.
  const stage = join(work, 'stage');
  mkdirSync(stage, { recursive: true });
  const shipped = projectFiles().filter((file) => ROOT_FILES.includes(file) || /^(?:apis|pkg)\//.test(file));
  for (const file of shipped) {
    mkdirSync(dirname(join(stage, file)), { recursive: true });
    copyFileSync(join(ROOT, file), join(stage, file));
  }
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;

  await step('tsc', runCommand(['tsc', '--project', 'hack/tsconfig.build.json', '--outDir', join(stage, 'dist')]));
  await step(
    'npm pack',
    runCommand(['npm', 'pack', '--ignore-scripts', '--silent', '--workspaces=false'], { cwd: stage }),
  );
  const tarball = readdirSync(stage).find((file) => file.endsWith('.tgz'));
  if (tarball === undefined) throw new StepFailed('npm pack made no tarball');
  const modules = join(work, 'node_modules');
  mkdirSync(modules, { recursive: true });
  await step('tar', runCommand(['tar', '-xzf', join(stage, tarball), '-C', modules]));
  const installed = join(modules, manifest.name);
  // A tarball holds everything below package/.
  await step('mv', runCommand(['mv', join(modules, 'package'), installed]));

  // Without a package of its own around it, the program below would be part of ours, and import the sources.
  writeFileSync(join(work, 'package.json'), JSON.stringify({ name: 'stranger', type: 'module', private: true }));
  const specifiers = Object.keys(manifest.exports)
    .filter((subpath) => !subpath.endsWith('.json'))
    .flatMap((subpath) => expand(manifest, installed, subpath));
  if (specifiers.length === 0) throw new StepFailed('package.json exports nothing');
  for (const missing of missingTargets(manifest, installed)) throw new StepFailed(missing);
  await step('publint', runCommand(['publint', 'run', installed, '--pack', 'false', '--strict', '--level', 'error']));
  for (const binary of Object.values(manifest.bin)) {
    await step(`${binary} --version`, runCommand(['node', join(installed, binary), '--version']));
  }
  await importAll(work, specifiers);
  await compileAll(work, specifiers);
  console.log(`${specifiers.length} entry points: ${specifiers.join(' ')}`);
}

/** The specifiers behind one key of `exports`; a pattern stands for the folders that fit it. */
function expand(manifest: Manifest, installed: string, subpath: string): string[] {
  if (!subpath.includes('*')) return [manifest.name + subpath.slice(1)];
  const target = targetsOf(manifest.exports[subpath])[0] ?? '';
  const [before = '', after = ''] = target.split('*');
  return readdirSync(join(installed, before), { recursive: true, encoding: 'utf8' })
    .filter((file) => `/${file}`.endsWith(after.replace('.d.ts', '.d.ts')) && file.length >= after.length)
    .map((file) => manifest.name + subpath.slice(1).replace('*', file.slice(0, file.length - after.length)))
    .toSorted();
}

function targetsOf(entry: unknown): string[] {
  if (typeof entry === 'string') return [entry];
  return entry !== null && typeof entry === 'object' ? Object.values(entry).flatMap(targetsOf) : [];
}

function missingTargets(manifest: Manifest, installed: string): string[] {
  return [...Object.values(manifest.exports), manifest.bin]
    .flatMap(targetsOf)
    .filter((target) => !target.includes('*') && !existsSync(join(installed, target)))
    .map((target) => `package.json names ${target}, which the package does not hold`);
}

async function importAll(work: string, specifiers: readonly string[]): Promise<void> {
  const program = join(work, 'import-all.mjs');
  const lines = specifiers.map((specifier) => `await import('${specifier}');`);
  // Importing must have no side effect: an open handle would keep the process alive past its last line.
  writeFileSync(
    program,
    [...lines, 'if (process.getActiveResourcesInfo().some((r) => !/TTY|Pipe|File/.test(r))) process.exit(3);'].join(
      '\n',
    ),
  );
  await step('importing every entry point', runCommand(['node', program]));
}

async function compileAll(work: string, specifiers: readonly string[]): Promise<void> {
  const lines = specifiers.map(
    (specifier, index) =>
      `import type * as entry${index} from '${specifier}';\nexport type E${index} = typeof entry${index};`,
  );
  writeFileSync(join(work, 'compile-all.mts'), lines.join('\n'));
  const options = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--types',
    'node',
    '--skipLibCheck',
    'false',
  ];
  const { code, output } = await runCommand(['tsc', '--ignoreConfig', ...options, 'compile-all.mts'], { cwd: work });
  // Declarations of other packages are not ours to judge.
  const ours = output
    .split('\n')
    .filter((line) => /error TS/.test(line) && !/^(\.\.\/)*node_modules\/(?!tributary)/.test(line));
  if (code !== 0 && ours.length > 0) throw new StepFailed(`compiling against the package failed:\n${ours.join('\n')}`);
}

const work = join(ROOT, `.cache/verify-package-${process.pid}`);
try {
  await verifyPackage(work);
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
