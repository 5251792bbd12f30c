import type { Command } from 'commander';
import { runUntilSignal } from '../../../pkg/component/lifecycle/run-until-signal.ts';
import { newLogger } from '../../../pkg/component/logs/new-logger.ts';
import type { SetExitCode } from '../cli.ts';
import { loadServeOptions } from '../options/load-serve-options.ts';
import { serveDefaults, serveFlags } from '../options/serve-flags.ts';
import { runServe } from './run-serve.ts';

/** Adds `tributary serve`. */
export function addServeCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command('serve')
    .description('Serve the API: the gateway with its registry, health checks and proxy.')
    .allowExcessArguments(false);
  for (const { name, flag, environment, description, placeholder } of serveFlags) {
    const preset = serveDefaults[name];
    const shown = preset === undefined ? '' : `, default ${preset}`;
    command.option(`${flag} <${placeholder}>`, `${description} (env ${environment}${shown})`);
  }
  command.option('--config <file>', 'YAML file with any of these options, keys in camelCase. (env TRIBUTARY_CONFIG)');
  command.action(async (_: unknown, self: Command) => {
    const options = await loadServeOptions({ flags: readFlags(self), environment: process.env });
    const logger = newLogger({ verbosity: options.v });
    const surroundings = { logger, stderr: process.stderr, uptimeMs: () => performance.now() };
    let failure: { error: unknown } | undefined;
    const exitCode = await runUntilSignal(
      async (signal) => {
        try {
          await runServe(options, surroundings, signal);
        } catch (error) {
          // A start that a signal interrupts has not failed.
          if (error !== signal.reason) failure = { error };
        }
      },
      { logger },
    );
    logger.flush();
    if (failure !== undefined) throw failure.error;
    setExitCode(exitCode);
  });
}

/** Texts by option name. Commander spells names its own way (`clientCaFile`), so they are matched by flag. */
function readFlags(command: Command): Record<string, string | undefined> {
  const values: Record<string, string | undefined> = {};
  const given = command.opts<Record<string, string | undefined>>();
  for (const option of command.options) {
    const flag = serveFlags.find(({ flag: each }) => each === option.long);
    values[flag?.name ?? option.attributeName()] = given[option.attributeName()];
  }
  return values;
}
