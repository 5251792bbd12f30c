import { isIP } from 'node:net';
import { parseDuration } from './parse-duration.ts';
import { parseInteger } from './parse-integer.ts';
import { toProxySettings } from './proxy-settings.ts';
import { parseRuntimeConfig } from './runtime-config.ts';
import { readConfigFile } from './config-file.ts';
import { type ServeFlag, type ServeOptions, serveDefaults, serveFlags } from './serve-flags.ts';
import { UsageError } from '../usage-error.ts';

/** Where options come from. */
export interface OptionSources {
  /** Texts by option name, as the command line has them; `config` is the path of the configuration file. */
  readonly flags: { readonly [name: string]: string | undefined };
  readonly environment: { readonly [name: string]: string | undefined };
}

type Values = { -readonly [Name in keyof ServeOptions]?: ServeOptions[Name] };

/** Joins flags, environment, configuration file and defaults, in this order of precedence. Throws a `UsageError`. */
export async function loadServeOptions({ flags, environment }: OptionSources): Promise<ServeOptions> {
  const configPath = flags['config'] ?? environment['TRIBUTARY_CONFIG'];
  const fromFile = configPath === undefined || configPath === '' ? {} : await readConfigFile(configPath);
  const values: Values = { ...serveDefaults, ...fromFile };
  for (const flag of serveFlags) {
    const fromFlag = flags[flag.name];
    const fromEnvironment = environment[flag.environment];
    if (fromFlag !== undefined) set(values, flag, { text: fromFlag, source: flag.flag });
    else if (fromEnvironment !== undefined && fromEnvironment !== '') {
      set(values, flag, { text: fromEnvironment, source: flag.environment });
    }
  }
  const options = values as ServeOptions;
  checkTogether(options);
  return options;
}

function set(values: Values, { name, type }: ServeFlag, given: { text: string; source: string }): void {
  const value = type === 'integer' ? parseInteger(given.text, given.source) : given.text;
  if (value === '') throw new UsageError(`${given.source} is empty; give it a value or leave it out`);
  Object.assign(values, { [name]: value });
}

function checkTogether(options: ServeOptions): void {
  const { bindAddress, securePort, v } = options;
  if (isIP(bindAddress) === 0) {
    throw new UsageError(
      `--bind-address must be an IP address such as 127.0.0.1 or ::1, not ${JSON.stringify(bindAddress)}`,
    );
  }
  if (securePort < 0 || securePort > 65535) {
    throw new UsageError(`--secure-port must be between 0 and 65535 (0 takes any free port), not ${securePort}`);
  }
  if (v < 0 || v > 10) throw new UsageError(`--v must be between 0 and 10, not ${v}`);
  parseDuration(options.eventTtl, '--event-ttl');
  parseDuration(options.namespaceDeletionGrace, '--namespace-deletion-grace');
  toProxySettings(options);
  parseRuntimeConfig(options.runtimeConfig ?? '');
  checkPair(options, 'tlsCertFile', 'tlsPrivateKeyFile');
  checkPair(options, 'proxyClientCertFile', 'proxyClientKeyFile');
}

function checkPair(options: ServeOptions, cert: keyof ServeOptions, key: keyof ServeOptions): void {
  if ((options[cert] === undefined) === (options[key] === undefined)) return;
  const flagOf = (name: keyof ServeOptions): string => serveFlags.find((flag) => flag.name === name)?.flag ?? name;
  const [given, missing] = options[cert] === undefined ? [key, cert] : [cert, key];
  throw new UsageError(`${flagOf(given)} needs ${flagOf(missing)} beside it: a certificate and its key come as a pair`);
}
