import { type FollowingResolver, ResolveError, type ResolvedService, type ServiceReference } from './interface.ts';

/** What names services, in order of precedence. */
export interface Precedence {
  readonly externalName: FollowingResolver;
  readonly service: FollowingResolver;
}

/**
 * Finds a service by the ExternalName of its name, and where there is none by the Service. The one that is not looked at is told of:
 * whoever edits it would wait for an effect.
 */
export function newPrecedenceResolver({ externalName, service }: Precedence): FollowingResolver {
  return {
    resolve(reference) {
      const found = tryResolve(externalName, reference);
      if (found === undefined) return tryResolve(service, reference) ?? refuse(reference);
      if (!isKnown(service, reference)) return found;
      const { name, namespace } = reference;
      return {
        ...found,
        note: `the ExternalName "${name}" in namespace "${namespace}" is used, and the Service of the same name is not`,
      };
    },
    async waitForSync(signal) {
      await Promise.all([externalName.waitForSync(signal), service.waitForSync(signal)]);
    },
    subscribe(listener) {
      const ends = [externalName.subscribe(listener), service.subscribe(listener)];
      return () => ends.forEach((end) => end());
    },
  };
}

/** `undefined` when there is no such object at all. */
function tryResolve(resolver: FollowingResolver, reference: ServiceReference): ResolvedService | undefined {
  try {
    return resolver.resolve(reference);
  } catch (error) {
    if (error instanceof ResolveError && error.reason === 'ServiceNotFound') return undefined;
    throw error;
  }
}

function isKnown(resolver: FollowingResolver, reference: ServiceReference): boolean {
  try {
    return tryResolve(resolver, reference) !== undefined;
  } catch {
    return true;
  }
}

function refuse({ name, namespace }: ServiceReference): never {
  // The part before the colon is upstream's, so that tools that look for it find it.
  const hint = `there is neither an ExternalName nor a Service "${name}" in namespace "${namespace}"; create an ExternalName whose spec.host says where the service runs`;
  throw new ResolveError('ServiceNotFound', `service/${name} in "${namespace}" is not present: ${hint}`);
}
