import type { APIService } from '../../apis/apiregistration/v1/api-service-schema.ts';
import type { ExternalName } from '../../apis/service.grafana.app/v0alpha1/external-name-schema.ts';
import type { EventHandler } from '../client/cache/event-handler.ts';
import { toObjectKey } from '../client/cache/object-key.ts';
import { Registration, type RegistrationOptions, toServiceReference } from './registration.ts';
import { toServiceKey } from './resolver/external-name.ts';

/**
 * Turns events into snapshots, within the event: nothing here waits, so nothing has to be queued (upstream:
 * `APIServiceRegistrationController`).
 */
export interface RegistrationController {
  readonly apiServiceEvents: EventHandler<APIService>;
  readonly externalNameEvents: EventHandler<ExternalName>;
  /** The credentials have changed: new requests use the new ones. */
  refreshAll(): void;
}

/** A controller without registrations. */
export function newRegistrationController(options: RegistrationOptions): RegistrationController {
  const registrations = new Map<string, Registration>();
  const byService = newServiceIndex();

  const put = (object: APIService): void => {
    const { name = '' } = object.metadata;
    const registration = registrations.get(name) ?? new Registration(object, options);
    registrations.set(name, registration);
    byService.put(name, serviceKeyOf(object));
    registration.refresh(object);
  };
  const remove = (object: APIService): void => {
    const { name = '' } = object.metadata;
    byService.put(name, undefined);
    registrations.get(name)?.close();
    registrations.delete(name);
  };
  const refreshService = (object: ExternalName): void => {
    for (const name of byService.find(toObjectKey(object))) registrations.get(name)?.refresh();
  };
  return {
    apiServiceEvents: { add: put, update: (_, current) => put(current), delete: remove },
    externalNameEvents: {
      add: refreshService,
      update: (_, current) => refreshService(current),
      delete: refreshService,
    },
    refreshAll() {
      for (const registration of registrations.values()) registration.refresh();
    },
  };
}

function serviceKeyOf(object: APIService): string | undefined {
  const service = toServiceReference(object);
  return service === undefined ? undefined : toServiceKey(service);
}

/** Which APIServices name a service. */
interface ServiceIndex {
  put(name: string, serviceKey: string | undefined): void;
  find(serviceKey: string): readonly string[];
}

function newServiceIndex(): ServiceIndex {
  const keys = new Map<string, string>();
  const names = new Map<string, Set<string>>();
  return {
    put(name, serviceKey) {
      const known = keys.get(name) ?? '';
      names.get(known)?.delete(name);
      if (names.get(known)?.size === 0) names.delete(known);
      keys.delete(name);
      if (serviceKey === undefined) return;
      keys.set(name, serviceKey);
      const named = names.get(serviceKey) ?? new Set();
      names.set(serviceKey, named.add(name));
    },
    find: (serviceKey) => [...(names.get(serviceKey) ?? [])],
  };
}
