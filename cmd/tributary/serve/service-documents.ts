import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { eventKind } from '../../../apis/core/v1/event.ts';
import type { Event } from '../../../apis/core/v1/event-schema.ts';
import { newDocumentFiles } from '../../../pkg/aggregator/documents/document-files.ts';
import type { AggregatorOptions, APIServiceEvent } from '../../../pkg/aggregator/interface.ts';
import { hasReason } from '../../../pkg/apimachinery/errors/status-error.ts';
import { toRFC3339 } from '../../../pkg/apimachinery/time/rfc3339.ts';
import { prepareLater } from '../../../pkg/apiserver/endpoints/discovery/prepared-document.ts';
import type { WriteOptions } from '../../../pkg/apiserver/registry/store-options.ts';
import type { Store } from '../../../pkg/apiserver/registry/store.ts';
import type { APIServer } from '../../../pkg/apiserver/server/api-server.ts';
import { newKnownResources } from '../../../pkg/apiserver/server/known-resources.ts';
import type { Clock } from '../../../pkg/component/id/clock.ts';
import type { Logger } from '../../../pkg/component/logs/logger.ts';
import { storeOf } from './kinds.ts';

/** What the documents of services need of the gateway. */
export interface ServiceDocumentsOptions {
  readonly server: APIServer;
  /** Absent: nothing is kept from one run to the next. */
  readonly dataDir: string | undefined;
  readonly write: WriteOptions;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The part of the aggregator's options that they are. */
export type ServiceDocuments = Pick<AggregatorOptions, 'discovery' | 'openapi' | 'documentStores' | 'recordEvent'>;

/** Where the aggregator's documents go: into discovery and OpenAPI of the server, to the disk, and as Events to people. */
export function newServiceDocuments(options: ServiceDocumentsOptions): ServiceDocuments {
  const { server, dataDir, logger } = options;
  const events = storeOf(server, eventKind);
  server.addDelegate(newKnownResources(server.discovery));
  const newStore = (folder: string, kind: string) =>
    newDocumentFiles({ directory: join(folder, 'documents', kind), logger });
  return {
    discovery: { publish: (entry) => server.discovery.set(entry), remove: (gv) => server.discovery.delete(gv) },
    openapi: {
      publish: ({ json, hash, v2, ...gv }) =>
        server.openapi.setDocument(gv, prepareLater(json, { contentType: 'application/json', hash }), v2),
      remove: (gv) => server.openapi.deleteDocument(gv),
    },
    ...(dataDir !== undefined && {
      documentStores: { discovery: newStore(dataDir, 'discovery'), openapi: newStore(dataDir, 'openapi') },
    }),
    recordEvent: (event) => recordEvent(events, event, options),
  };
}

/** Where Events of objects without a namespace are. */
const namespace = 'default';

/** An Event a day and sentence at most, however often a service flaps. */
async function recordEvent(
  store: Store<Event>,
  { apiService, type, reason, message }: APIServiceEvent,
  { clock, write }: ServiceDocumentsOptions,
): Promise<void> {
  const now = toRFC3339(clock.now());
  const text = `${reason} ${message} ${now.slice(0, 10)}`;
  const suffix = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const event: Event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${apiService.slice(0, 200)}.${suffix}`, namespace },
    involvedObject: { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', name: apiService },
    type,
    reason,
    message: message.slice(0, 1024),
    source: { component: 'tributary' },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  };
  try {
    await store.create(event, namespace, write);
  } catch (error) {
    if (!hasReason(error, 'AlreadyExists')) throw error;
  }
}
