// An aggregated API server: two kinds, served behind the gateway. Start it with `npm run example:flunder`.
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Authorizer, newLogger, runUntilSignal, startExtensionServer } from 'tributary/apiserver';
import { openFileStorage } from 'tributary/storage/file';
import { newMemoryStorage } from 'tributary/storage/memory';
import { newBanFlunder } from './ban-flunder.ts';
import { fischerKind } from './fischer.ts';
import { flunderKind } from './flunder.ts';
import { flunderV1beta1Kind } from './flunder-v1beta1.ts';

const { values: flags } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '7443' },
    'cert-dir': { type: 'string', default: 'tmp-storage/services/flunder' },
    storage: { type: 'string', default: 'memory' },
    v: { type: 'string', default: '0' },
  },
});

/** Everybody who is known may read, and editors may write. */
const authorizer: Authorizer = {
  authorize({ user, info }) {
    const reads = ['get', 'list', 'watch', 'head'].includes(info.verb);
    if (reads && user.groups.includes('system:authenticated')) return { verdict: 'allow', reason: '' };
    if (user.groups.includes('wardle:editors')) return { verdict: 'allow', reason: '' };
    return { verdict: 'no-opinion', reason: 'only members of wardle:editors may write' };
  },
};

const logger = newLogger({ verbosity: Number(flags.v) });
process.exitCode = await runUntilSignal(
  async (signal) => {
    const certDir = resolve(flags['cert-dir']);
    const directory = resolve(flags.storage);
    const storage = flags.storage === 'memory' ? newMemoryStorage() : await openFileStorage({ directory });
    const { port, stopped } = await startExtensionServer(
      {
        name: 'flunder',
        version: '0.1.0',
        kinds: [flunderKind, flunderV1beta1Kind, fischerKind],
        storage,
        host: flags.host,
        port: Number(flags.port),
        tlsCertFile: join(certDir, 'tls.crt'),
        tlsPrivateKeyFile: join(certDir, 'tls.key'),
        requestHeaderClientCAFile: join(certDir, 'front-proxy-ca.crt'),
        authorizer,
        admission: [newBanFlunder(storage)],
        logger,
      },
      signal,
    );
    logger.info('flunder is ready', { address: `https://${flags.host}:${port}`, storage: flags.storage });
    await stopped;
    await storage.close();
  },
  { logger },
);
