import type { APIServiceDescription } from './interface.ts';
import type { APIServiceSnapshot } from './snapshot.ts';

/** A snapshot for people. */
export function describeSnapshot(snapshot: APIServiceSnapshot): APIServiceDescription {
  const { name, addresses, availability, health } = snapshot;
  const { since, reason, message } = availability;
  return {
    name,
    state: stateOf(snapshot),
    addresses,
    since,
    reason,
    message,
    ...(health !== undefined && { health }),
  };
}

function stateOf({ service, availability, health }: APIServiceSnapshot): APIServiceDescription['state'] {
  if (service === undefined) return 'Local';
  if (availability.status === 'Unknown') return 'Unknown';
  if (availability.status === 'False') return 'Unavailable';
  return health?.state === 'degraded' ? 'Degraded' : 'Available';
}
