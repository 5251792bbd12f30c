import { apiResourceListMessage } from '../../apimachinery/protobuf/discovery-messages.ts';
import type { Handler, RequestContext } from '../request-context.ts';
import type { Delegate } from './api-server.ts';
import type { DiscoveryEntry, DiscoveryRegistry } from './discovery-registry.ts';
import { newLegacyDocuments } from './send-legacy-document.ts';

/**
 * Answers `/apis/<group>/<version>` of group/versions that other servers serve out of what is known of them: older clients, which ask
 * for each of them, never wait for one that is slow or gone. A group/version of which nothing is known is left to others.
 */
export function newKnownResources(registry: DiscoveryRegistry): Delegate {
  const documents = newLegacyDocuments(() => registry.generation);
  return (context) => {
    const entry = findEntry(registry, context);
    if (entry?.resources === undefined) return undefined;
    const { resources, discovery, staleSince } = entry;
    const name = `${entry.group}/${entry.version}`;
    const handler: Handler = async () => {
      if (discovery.freshness !== 'Current') context.warnings.push(toWarning(name, staleSince));
      await documents.send(context, { name, build: () => resources, message: apiResourceListMessage });
    };
    return handler;
  };
}

function toWarning(name: string, since: string | undefined): string {
  const when = since === undefined ? '' : ` since ${since}`;
  return `the service of ${name} cannot be reached${when}: these are its last known resources`;
}

function findEntry(registry: DiscoveryRegistry, { method, path, upgrade }: RequestContext): DiscoveryEntry | undefined {
  if ((method !== 'GET' && method !== 'HEAD') || upgrade !== undefined) return undefined;
  const [, group, version] = /^\/apis\/([^/%]+)\/([^/%]+)\/?$/.exec(path) ?? [];
  return group === undefined || version === undefined ? undefined : registry.find({ group, version });
}
