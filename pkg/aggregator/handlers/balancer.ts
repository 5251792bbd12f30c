import type { Clock } from '../../component/id/clock.ts';
import type { Transport } from '../proxy/interface.ts';
import type { SnapshotChange } from '../snapshot.ts';

/** Spreads requests over the addresses of a service. */
export interface Balancer {
  /** Whom to try: one of the transports, `undefined` when there is none but those that were tried. Takes a request into account. */
  take(transports: readonly Transport[], tried?: ReadonlySet<Transport>): Transport | undefined;
  /** A request that was taken into account has ended. */
  done(transport: Transport): void;
  /** Notices addresses that come to a service, or come back: they begin slowly. */
  observe(change: SnapshotChange): void;
}

/** What a balancer needs. */
export interface BalancerOptions {
  /** Evenly distributed in [0, 1). */
  readonly random: () => number;
  readonly clock: Clock;
}

/** An address that has just come gets its full share after this time: it may have caches to fill and code to compile. */
const slowStartMs = 10_000;
/** The share that it gets at once. */
const firstShare = 0.1;

/**
 * Power of two choices: of two addresses at random, the one with fewer requests under way. That keeps the load as even as a look at
 * all of them would, and does not send everybody to the one that looks best at the moment.
 */
export function newBalancer({ random, clock }: BalancerOptions): Balancer {
  const outstanding = new WeakMap<Transport, number>();
  const enteredAt = new WeakMap<Transport, number>();

  const loadOf = (transport: Transport): number => outstanding.get(transport) ?? 0;
  const shareOf = (transport: Transport): number => {
    const since = enteredAt.get(transport);
    if (since === undefined) return 1;
    const share = Math.max(firstShare, (clock.monotonic() - since) / slowStartMs);
    if (share >= 1) enteredAt.delete(transport);
    return share;
  };
  const draw = (candidates: readonly Transport[]): Transport | undefined =>
    candidates[Math.floor(random() * candidates.length)];
  const choose = (candidates: readonly Transport[]): Transport | undefined => {
    if (candidates.length < 2) return candidates[0];
    // Who begins slowly takes part in its share of the choices only, however little it has to do.
    const taking = candidates.filter((each) => {
      const share = shareOf(each);
      return share >= 1 || random() < share;
    });
    const drawn = taking.length === 0 ? candidates : taking;
    const first = draw(drawn);
    const second = draw(drawn.filter((each) => each !== first));
    if (first === undefined || second === undefined) return first;
    return loadOf(second) < loadOf(first) ? second : first;
  };
  return {
    take(transports, tried) {
      const taken = choose(tried === undefined ? transports : transports.filter((each) => !tried.has(each)));
      if (taken !== undefined) outstanding.set(taken, loadOf(taken) + 1);
      return taken;
    },
    done: (transport) => void outstanding.set(transport, loadOf(transport) - 1),
    observe({ previous, current }) {
      if (previous === undefined || current === undefined || previous.transports.length === 0) return;
      for (const transport of current.transports) {
        if (!previous.transports.includes(transport)) enteredAt.set(transport, clock.monotonic());
      }
    },
  };
}
