import type { APIService } from '../../apis/apiregistration/v1/api-service-schema.ts';
import type { EventHandler } from '../client/cache/event-handler.ts';
import { Registration, type RegistrationOptions } from './registration.ts';
import { toServiceKey } from './resolver/interface.ts';
import { toServiceReference } from './service-reference.ts';

/**
 * Turns events into snapshots, within the event: nothing here waits, so nothing has to be queued (upstream:
 * `APIServiceRegistrationController`).
 */
export interface RegistrationController {
  readonly apiServiceEvents: EventHandler<APIService>;
  /** The addresses of a service (`<namespace>/<name>`) may have changed. */
  refreshService(serviceKey: string): void;
  /** The credentials have changed: new requests use the new ones. */
  refreshAll(): void;
}

/** A controller without registrations. */
export function newRegistrationController(options: RegistrationOptions): RegistrationController {
  const registrations = new Map<string, Registration>();
  const byService = newServiceIndex();
  const serviceKeyOf = (object: APIService): string | undefined => {
    const service = toServiceReference(object, options.isLocal);
    return service === undefined ? undefined : toServiceKey(service);
  };

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
  return {
    apiServiceEvents: { add: put, update: (_, current) => put(current), delete: remove },
    refreshService(serviceKey) {
      for (const name of byService.find(serviceKey)) registrations.get(name)?.refresh();
    },
    refreshAll() {
      for (const registration of registrations.values()) registration.refresh();
    },
  };
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
