import { copyFile, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { systemClock } from '../../../pkg/component/id/clock.ts';
import { newLogger } from '../../../pkg/component/logs/new-logger.ts';
import { emitServiceKubeconfig } from '../../../pkg/kubeconfig/emit-kubeconfig.ts';
import { writeFileDurably } from '../../../pkg/pki/durable-files.ts';
import { parseInteger } from '../options/parse-integer.ts';
import { serveDefaults } from '../options/serve-flags.ts';
import { newReporter } from '../serve/certificates.ts';
import { CommandError, UsageError } from '../usage-error.ts';

interface KubeconfigFlags {
  readonly dataDir: string;
  readonly output?: string;
  readonly service?: string;
  readonly group: readonly string[];
  readonly server?: string;
  readonly serviceAccount?: string;
  readonly duration?: string;
}

/** Adds `tributary kubeconfig`. */
export function addKubeconfigCommand(program: Command): void {
  program
    .command('kubeconfig')
    .description(
      'Print the kubeconfig of the administrator, or one for a service or a service account; --output writes it to a file.',
    )
    .option(
      '--data-dir <folder>',
      'data directory of the gateway',
      process.env['TRIBUTARY_DATA_DIR'] ?? serveDefaults.dataDir,
    )
    .option('-o, --output <file>', 'write to this file instead of standard output')
    .option('--service <name>', 'for the calls of this service to the gateway')
    .option('--group <group>', 'group of the service user; may be repeated', collect, [])
    .option('--service-account <namespace/name>', 'with a token of this service account; the gateway must be running')
    .option('--duration <seconds>', 'how long that token is valid, at least 600; the default is an hour')
    .option('--server <url>', 'URL of the gateway; the default is the one in the kubeconfig of the administrator')
    .action(async (flags: KubeconfigFlags) => print(flags));
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

async function print(flags: KubeconfigFlags): Promise<void> {
  if (flags.serviceAccount !== undefined) {
    await printServiceAccount(flags, flags.serviceAccount);
    return;
  }
  const path = await findOrEmit(flags);
  if (flags.output === undefined) {
    process.stdout.write(await readFile(path, 'utf8'));
    return;
  }
  await copyFile(path, flags.output);
  process.stdout.write(`${resolve(flags.output)}\n`);
}

async function printServiceAccount(flags: KubeconfigFlags, account: string): Promise<void> {
  const { duration, output, server, service } = flags;
  if (service !== undefined) throw new UsageError('--service and --service-account exclude each other');
  const dataDir = resolve(flags.dataDir);
  // The client is for this alone.
  const { newServiceAccountKubeconfig } = await import('./service-account-kubeconfig.ts');
  const text = await newServiceAccountKubeconfig({
    dataDir,
    server: server ?? readServer(await readAdmin(adminPath(dataDir))),
    account,
    seconds: duration === undefined ? undefined : parseInteger(duration, '--duration'),
  });
  if (output === undefined) {
    process.stdout.write(text);
    return;
  }
  await writeFileDurably(resolve(output), text);
  process.stdout.write(`${resolve(output)}\n`);
}

function adminPath(dataDir: string): string {
  return join(dataDir, 'kubeconfig', 'admin.kubeconfig');
}

async function findOrEmit({ dataDir, service, group, server }: KubeconfigFlags): Promise<string> {
  const folder = resolve(dataDir);
  const admin = adminPath(folder);
  if (service === undefined) {
    await readAdmin(admin);
    return admin;
  }
  const { path } = await emitServiceKubeconfig({
    dataDir: folder,
    service,
    server: server ?? readServer(await readAdmin(admin)),
    ...(group.length === 0 ? {} : { groups: group }),
    report: newReporter(newLogger()),
    clock: systemClock,
  });
  return path;
}

async function readAdmin(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const hint = 'start the gateway once ("tributary serve"), or name its folder with --data-dir';
    throw new CommandError(`there is no kubeconfig at ${path} yet; ${hint}`, error);
  }
}

function readServer(kubeconfig: string): string {
  const server = /^\s*server:\s*"?([^"\s]+)"?\s*$/m.exec(kubeconfig)?.[1];
  if (server === undefined)
    throw new CommandError('the kubeconfig of the administrator names no server; give one with --server');
  return server;
}
