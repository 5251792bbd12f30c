import { toRFC3339 } from '../apimachinery/time/rfc3339.ts';
import { type AddressHealth, type HealthState, toAddressState } from './availability/health.ts';
import type { Verdict } from './availability/interface.ts';
import type { BackendLease } from './backends.ts';
import { toAddress } from './proxy/authority.ts';
import { BackendFailure } from './proxy/backend-failure.ts';
import type { Transport } from './proxy/interface.ts';
import type { TrialWay } from './snapshot.ts';

/** What a registration holds of one of its addresses. */
export interface HeldBackendOptions {
  readonly key: string;
  readonly lease: BackendLease;
  /** Path of the discovery document of the group/version. */
  readonly path: string;
  /** RFC 3339. */
  readonly now: () => string;
  /** Called synchronously when its verdict or its health has become another one. */
  readonly onChange: () => void;
}

/** A backend address for as long as a registration holds it, and how its group/version fares there. */
export class HeldBackend {
  readonly key: string;
  readonly #options: HeldBackendOptions;
  readonly #ends: readonly (() => void)[];
  readonly #trialWay: TrialWay;
  #verdict: Verdict | undefined;
  #state: HealthState = 'unknown';
  #since: string;
  #lastSuccess: number | undefined;

  constructor(options: HeldBackendOptions) {
    const { key, lease, path, now } = options;
    this.key = key;
    this.#options = options;
    this.#since = now();
    this.#trialWay = { transport: lease.transport, begin: (limited) => lease.traffic.beginTrial(limited) };
    const onVerdict = (verdict: Verdict): void => {
      this.#verdict = verdict;
      this.#judge();
    };
    this.#ends = [
      lease.prober.watch({ path, onVerdict }),
      lease.traffic.subscribe(() => this.#judge()),
      () => lease.release(),
    ];
  }

  get transport(): Transport {
    return this.#options.lease.transport;
  }

  /** What probes found. */
  get verdict(): Verdict | undefined {
    return this.#verdict;
  }

  /** Whether clients are served there: what probes found, unless not one request gets an answer all the same. */
  get service(): Verdict | undefined {
    if (this.#verdict?.available !== true) return this.#verdict;
    const { trouble, refuses } = this.#options.lease.traffic;
    return refuses && trouble !== undefined ? { available: false, failure: toRefusal(trouble) } : this.#verdict;
  }

  /** A way for requests that try whether those that failed would fail again. */
  get trial(): TrialWay | undefined {
    const halfOpen = this.#verdict?.available === true && this.#options.lease.traffic.breaker === 'half-open';
    return halfOpen ? this.#trialWay : undefined;
  }

  get state(): HealthState {
    return this.#state;
  }

  get health(): AddressHealth {
    const failure = this.#failure;
    const { breaker } = this.#options.lease.traffic;
    const lastSuccess = this.#lastSuccess === undefined ? undefined : toRFC3339(this.#lastSuccess);
    return {
      address: toAddress(this.transport.settings),
      state: this.#state,
      since: this.#since,
      ...(failure !== undefined && lastSuccess !== undefined && { lastSuccess }),
      ...(breaker !== 'closed' && { breaker }),
      ...(failure !== undefined && { failure: toFacts(failure) }),
    };
  }

  /** Lets the backend go; nothing is told any more. */
  release(): void {
    for (const end of this.#ends) end();
  }

  get #failure(): BackendFailure | undefined {
    const { service } = this;
    if (service?.available === false) return service.failure;
    return this.#state === 'degraded' ? this.#options.lease.traffic.trouble : undefined;
  }

  #judge(): void {
    const { lease, now, onChange } = this.#options;
    const state = toAddressState(this.#verdict, lease.traffic);
    if (state !== this.#state) {
      this.#state = state;
      this.#since = now();
      // Other group/versions of the address may go on being answered; what is told is the time before it went wrong.
      this.#lastSuccess = lease.prober.lastSuccess;
    }
    onChange();
  }
}

function toFacts({ step, code, expected, seen, hint }: BackendFailure): NonNullable<AddressHealth['failure']> {
  return { step, code, expected, seen, hint };
}

/** Says what is different when probes pass: there is nothing that a probe would tell. */
function toRefusal(trouble: BackendFailure): BackendFailure {
  const { step, code, address, expected, seen, hint } = trouble;
  const more = 'Probes pass and requests do not: only a few are let through, to see when the service answers again.';
  return new BackendFailure({ step, code, address, expected, seen, hint: `${hint} ${more}` }, trouble);
}
