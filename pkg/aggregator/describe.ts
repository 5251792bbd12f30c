import type { APIServiceDescription } from './interface.ts';
import type { APIServiceSnapshot } from './snapshot.ts';

/** A snapshot for people. */
export function describeSnapshot({
  name,
  service,
  addresses,
  availability,
}: APIServiceSnapshot): APIServiceDescription {
  const { since, reason, message } = availability;
  return { name, state: stateOf(service !== undefined, availability.status), addresses, since, reason, message };
}

function stateOf(remote: boolean, status: 'True' | 'False' | 'Unknown'): APIServiceDescription['state'] {
  if (!remote) return 'Local';
  if (status === 'Unknown') return 'Unknown';
  return status === 'True' ? 'Available' : 'Unavailable';
}
