import { resolve } from 'node:path';
import type { Command } from 'commander';
import { systemClock } from '../../../pkg/component/id/clock.ts';
import { newLogger } from '../../../pkg/component/logs/new-logger.ts';
import { issueServicePair } from '../../../pkg/pki/service-pair.ts';
import { serveDefaults } from '../options/serve-flags.ts';
import { newReporter } from '../serve/certificates.ts';

interface IssueFlags {
  readonly namespace: string;
  readonly host: readonly string[];
  readonly dataDir: string;
  readonly force?: true;
}

/** Adds `tributary certs issue`. */
export function addCertsCommand(program: Command): void {
  const certs = program.command('certs').description('Issue certificates for services that run beside the gateway.');
  certs
    .command('issue <service>')
    .description('Write a serving certificate for a service, and the CAs that it has to trust.')
    .option('-n, --namespace <namespace>', 'namespace of the service', 'default')
    .option('--host <host>', 'further host name or IP address of the service; may be repeated', collect, [])
    .option(
      '--data-dir <folder>',
      'data directory of the gateway',
      process.env['TRIBUTARY_DATA_DIR'] ?? serveDefaults.dataDir,
    )
    .option('--force', 'issue a new certificate even if the present one is good')
    .action(async (service: string, flags: IssueFlags) => issue(service, flags));
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

async function issue(service: string, { namespace, host, dataDir, force }: IssueFlags): Promise<void> {
  const pair = await issueServicePair({
    dataDir: resolve(dataDir),
    service,
    namespace,
    hosts: host,
    issue: force === true ? 'always' : 'when-needed',
    report: newReporter(newLogger()),
    clock: systemClock,
  });
  const lines = [
    `serving certificate  ${pair.files.cert}`,
    `private key          ${pair.files.key}`,
    `gateway CA           ${pair.authorityFile}`,
    `front-proxy CA       ${pair.frontProxyAuthorityFile}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
