import { Command, CommanderError } from 'commander';
import { readProductVersion } from '../../pkg/component/version/product-version.ts';
import { addCertsCommand } from './certs/certs-command.ts';
import { addKubeconfigCommand } from './kubeconfig/kubeconfig-command.ts';
import { addServeCommand } from './serve/serve-command.ts';
import { CommandError, UsageError } from './usage-error.ts';

/** Exit codes: all went well, the command failed, the command was given wrongly. */
const exitCodes = { ok: 0, failed: 1, usage: 2 } as const;

/** Runs a command and answers with its exit code. Errors for the user are one sentence on standard error. */
export async function runCLI(args: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = newProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    return report(error);
  }
}

/** Sets the exit code of the process, for commands that end with one of their own. */
export type SetExitCode = (code: number) => void;

function newProgram(setExitCode: SetExitCode): Command {
  const program = new Command('tributary')
    .description('A cluster-free Kubernetes-style API server that joins many services into one API.')
    .version(readProductVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  addServeCommand(program, setExitCode);
  addCertsCommand(program);
  addKubeconfigCommand(program);
  // Subcommands take over neither of these by themselves.
  for (const command of program.commands.flatMap((each) => [each, ...each.commands])) {
    command.exitOverride().configureOutput({ outputError: () => undefined });
  }
  return program;
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.ok;
    return fail(toSentence(error), exitCodes.usage);
  }
  if (error instanceof UsageError) return fail(error.message, exitCodes.usage);
  if (error instanceof CommandError || isNamedFault(error)) return fail((error as Error).message, exitCodes.failed);
  process.stderr.write(
    `tributary: unexpected failure\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return exitCodes.failed;
}

/** Faults of certificates are written for the user as well. */
function isNamedFault(error: unknown): boolean {
  return error instanceof Error && (error.name === 'CertificateError' || error.name === 'StorageError');
}

function fail(sentence: string, code: number): number {
  process.stderr.write(`tributary: ${sentence}\n`);
  return code;
}

/** Commander's messages begin with "error:" and may go on in a second line. */
function toSentence({ message }: CommanderError): string {
  if (message === '(outputHelp)') return 'name a command; "tributary --help" lists them';
  return `${message.replace(/^error: /, '').replaceAll('\n', ' ')}; see "tributary --help"`;
}
