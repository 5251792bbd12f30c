import { randomInt } from 'node:crypto';
import type { Test } from 'tap';
import { namespaceKind } from '../../../apis/core/v1/namespace.ts';
import { newNamespaceLifecycle, systemNamespaces } from '../../../pkg/apiserver/admission/namespace-lifecycle.ts';
import { newTokenAuthenticator, parseTokenFile } from '../../../pkg/apiserver/authentication/token-file.ts';
import { newPrivilegedGroups } from '../../../pkg/apiserver/authorization/authorizer.ts';
import { toStorageKey } from '../../../pkg/apiserver/registry/key.ts';
import { APIServer } from '../../../pkg/apiserver/server/api-server.ts';
import { newSecureServer } from '../../../pkg/apiserver/server/secure-server.ts';
import { systemClock } from '../../../pkg/component/id/clock.ts';
import { newUUID } from '../../../pkg/component/id/uuid.ts';
import { newLogger } from '../../../pkg/component/logs/new-logger.ts';
import { newMetrics } from '../../../pkg/component/metrics/metrics.ts';
import { newVersionInfo } from '../../../pkg/component/version/version-info.ts';
import { newPublished } from '../../../pkg/pki/published.ts';
import { newMemoryStorage } from '../../../pkg/storage/memory/memory-storage.ts';
import { newTestAuthority } from '../../../pkg/testing/pki.ts';
import { configMapKind } from './config-map.ts';
import type { Target } from './send.ts';

const ADMIN_TOKEN = 'admin-token';

/**
 * A server over the library alone, with the two kinds of the core group that the recordings of verbs use: the gateway serves no
 * ConfigMaps, and what is recorded of them holds for every kind.
 */
export async function startLibraryServer(t: Test): Promise<Target> {
  const authority = await newTestAuthority();
  const storage = newMemoryStorage();
  const findNamespace = (name: string) => storage.get(toStorageKey(namespaceKind, { namespace: '', name }));
  const version = newVersionInfo({ productVersion: '0.0.0' });
  const admin = { name: 'admin', uid: '', groups: ['system:masters'], extra: {} };
  const server = new APIServer({
    storage,
    authenticators: [newTokenAuthenticator(parseTokenFile(`${ADMIN_TOKEN},admin,,system:masters`, 'tokens').users)],
    authorizer: newPrivilegedGroups(['system:masters']),
    admission: [newNamespaceLifecycle(findNamespace)],
    logger: newLogger({ stream: { write: () => true } }),
    metrics: newMetrics(),
    clock: systemClock,
    newID: newUUID,
    randomInt: (bound) => randomInt(bound),
    version,
    openapi: { title: 'Replay', version: version.gitVersion },
  });
  const namespaces = server.install(namespaceKind, { groupPriorityMinimum: 18000, versionPriority: 1 });
  server.install(configMapKind, { groupPriorityMinimum: 18000, versionPriority: 1 });
  for (const name of systemNamespaces) {
    const draft = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    await namespaces.create(draft, '', { user: admin, dryRun: false, warn: () => undefined });
  }
  const secure = newSecureServer({
    server,
    certificate: newPublished(await authority.serving(), () => undefined),
    clientCAs: [newPublished({ pem: authority.caPEM, certificates: [authority.root.certificate] }, () => undefined)],
    onHandshakeError: () => undefined,
  });
  const { port } = await secure.listen({ host: '127.0.0.1', port: 0 });
  t.teardown(async () => {
    await secure.close(0);
    await storage.close();
  });
  return {
    address: `https://127.0.0.1:${port}`,
    ca: authority.caPEM,
    tokens: { admin: ADMIN_TOKEN },
  };
}
