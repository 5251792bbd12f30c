import { toRFC3339 } from '../apimachinery/time/rfc3339.ts';
import { type AddressHealth, type HealthState, toAddressState } from './availability/health.ts';
import type { Verdict } from './availability/interface.ts';
import type { BackendLease } from './backends.ts';
import { toAddress } from './proxy/authority.ts';
import type { BackendFailure } from './proxy/backend-failure.ts';
import type { Transport } from './proxy/interface.ts';

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
  #verdict: Verdict | undefined;
  #state: HealthState = 'unknown';
  #since: string;
  #lastSuccess: number | undefined;

  constructor(options: HeldBackendOptions) {
    const { key, lease, path, now } = options;
    this.key = key;
    this.#options = options;
    this.#since = now();
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

  get verdict(): Verdict | undefined {
    return this.#verdict;
  }

  get state(): HealthState {
    return this.#state;
  }

  get health(): AddressHealth {
    const failure = this.#failure;
    const lastSuccess = this.#lastSuccess === undefined ? undefined : toRFC3339(this.#lastSuccess);
    return {
      address: toAddress(this.transport.settings),
      state: this.#state,
      since: this.#since,
      ...(failure !== undefined && lastSuccess !== undefined && { lastSuccess }),
      ...(failure !== undefined && { failure: toFacts(failure) }),
    };
  }

  /** Lets the backend go; nothing is told any more. */
  release(): void {
    for (const end of this.#ends) end();
  }

  get #failure(): BackendFailure | undefined {
    if (this.#verdict?.available === false) return this.#verdict.failure;
    return this.#state === 'degraded' ? this.#options.lease.traffic.trouble : undefined;
  }

  #judge(): void {
    const { lease, now, onChange } = this.#options;
    const state = toAddressState(this.#verdict, lease.traffic.trouble);
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
