import type { ConditionUpdate } from '../../../apis/apiregistration/v1/api-service-conditions.ts';
import type { AddressHealth, Health, HealthState } from './health.ts';

/** Type of the condition that tells people what `Available` does not. */
export const healthConditionType = 'tributary.Healthy';

/** What the condition says; `undefined` while nothing is known. */
export function toHealthCondition(health: Health): ConditionUpdate | undefined {
  if (health.state === 'unknown') return undefined;
  return {
    type: healthConditionType,
    status: health.state === 'available' ? 'True' : 'False',
    reason: reasons[health.state],
    message: toMessage(health),
  };
}

const reasons: Readonly<Record<HealthState, string>> = {
  unknown: 'Unknown',
  available: 'Available',
  degraded: 'Degraded',
  unavailable: 'Unavailable',
};

/** A condition is for reading; the others are in the metrics and in the log. */
const maxAddresses = 8;

function toMessage({ addresses }: Health): string {
  if (addresses.length === 0) return 'the service has no address; the Available condition says why';
  const bad = addresses.filter(({ failure }) => failure !== undefined);
  if (bad.length === 0) {
    const [only] = addresses;
    return addresses.length === 1 && only !== undefined
      ? `${only.address} answers`
      : `all ${addresses.length} addresses answer`;
  }
  const told = bad.slice(0, maxAddresses).map(toSentence);
  const more = bad.length > maxAddresses ? [`And ${bad.length - maxAddresses} more.`] : [];
  const count = addresses.length > 1 ? [`${bad.length} of ${addresses.length} addresses are not well.`] : [];
  return [...count, ...told, ...more].join(' ');
}

/** Step, address, expected, seen, since, last success, and what to do. */
function toSentence({ address, state, since, lastSuccess, failure }: AddressHealth): string {
  if (failure === undefined) return '';
  const { step, code, expected, seen, hint } = failure;
  const last = lastSuccess === undefined ? 'no good answer so far' : `last good answer ${lastSuccess}`;
  const what = state === 'degraded' ? 'passes its probes, but requests fail' : 'is unavailable';
  return `${address} ${what} since ${since} (${last}): step ${step} (${code}): expected ${expected}; seen ${seen}. ${hint}`;
}
