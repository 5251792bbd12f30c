import { apiServiceKind } from '../../../apis/apiregistration/v1/api-service.ts';
import type { APIService } from '../../../apis/apiregistration/v1/api-service-schema.ts';
import {
  type Autoregistration,
  newAutoregistration,
} from '../../../pkg/aggregator/autoregistration/autoregistration.ts';
import type { APIServer } from '../../../pkg/apiserver/server/api-server.ts';
import type { Informer } from '../../../pkg/client/cache/informer.ts';
import { systemClock } from '../../../pkg/component/id/clock.ts';
import type { Logger } from '../../../pkg/component/logs/logger.ts';
import { storeOf } from './kinds.ts';

/** What the registration of the gateway's own group/versions needs. */
export interface LocalAPIServicesOptions {
  /** With all of its kinds installed. */
  readonly server: APIServer;
  readonly apiServices: Informer<APIService>;
  readonly logger: Logger;
}

/** Keeps an APIService for each group/version of the gateway itself, and `/readyz` waiting for the first ones. */
export function newLocalAPIServices({ server, apiServices, logger }: LocalAPIServicesOptions): Autoregistration {
  const autoregistration = newAutoregistration({
    local: server.discovery.own(),
    apiServices,
    store: storeOf(server, apiServiceKind),
    clock: systemClock,
    logger,
  });
  server.addHealthCheck({
    name: 'autoregister-completion',
    endpoints: ['readyz'],
    check() {
      const missing = autoregistration.missing();
      if (missing.length > 0) throw new Error(`missing APIService: [${missing.join(' ')}]`);
    },
  });
  return autoregistration;
}
