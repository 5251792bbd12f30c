import { join } from 'node:path';
import { apiServiceKind } from '../../../apis/apiregistration/v1/api-service.ts';
import { eventKind } from '../../../apis/core/v1/event.ts';
import { newDocumentFiles } from '../../../pkg/aggregator/documents/document-files.ts';
import type { AggregatorOptions, APIServiceEvent } from '../../../pkg/aggregator/interface.ts';
import { prepareLater } from '../../../pkg/apiserver/endpoints/discovery/prepared-document.ts';
import { tryGet } from '../../../pkg/apiserver/controllers/try-get.ts';
import { newEventRecorder } from '../../../pkg/apiserver/events/event-recorder.ts';
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
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The part of the aggregator's options that they are. */
export type ServiceDocuments = Pick<AggregatorOptions, 'discovery' | 'openapi' | 'documentStores' | 'recordEvent'>;

/** Where the aggregator's documents go: into discovery and OpenAPI of the server, to the disk, and as Events to people. */
export function newServiceDocuments(options: ServiceDocumentsOptions): ServiceDocuments {
  const { server, dataDir, logger } = options;
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
    recordEvent: newRecordEvent(options),
  };
}

/** Writes Events about APIServices: each message once a day at most, however often a service flaps. */
function newRecordEvent({ server, clock, logger }: ServiceDocumentsOptions): (event: APIServiceEvent) => void {
  const apiServices = storeOf(server, apiServiceKind);
  const recorder = newEventRecorder({ events: storeOf(server, eventKind), component: 'tributary', clock, logger });
  /** `kubectl describe` looks for events by it. */
  const findUID = async (name: string): Promise<string> =>
    (await tryGet(apiServices, { namespace: '', name }).catch(() => undefined))?.metadata.uid ?? '';
  const record = async ({ apiService: name, ...occurrence }: APIServiceEvent): Promise<void> => {
    const uid = await findUID(name);
    const involved = { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', name, uid };
    recorder.record(involved, { ...occurrence, limit: 'daily' });
  };
  return (event) => void record(event);
}
