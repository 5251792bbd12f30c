import type { DocumentsDescription } from './documents/documents-description.ts';
import type { APIServiceDescription } from './interface.ts';
import type { APIServiceSnapshot } from './snapshot.ts';

/** A snapshot for people. */
export function describeSnapshot(
  snapshot: APIServiceSnapshot,
  documents: DocumentsDescription | undefined,
): APIServiceDescription {
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
    ...(documents !== undefined && { documents }),
  };
}

function stateOf({ service, availability, health }: APIServiceSnapshot): APIServiceDescription['state'] {
  if (service === undefined) return 'Local';
  if (availability.status === 'Unknown') return 'Unknown';
  if (availability.status === 'False') return 'Unavailable';
  return health?.state === 'degraded' ? 'Degraded' : 'Available';
}
