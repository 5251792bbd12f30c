import type { MetricsRegistry } from '../../component/metrics/interface.ts';
import { parseCertificates } from '../../pki/pem.ts';
import type { Clock } from '../../component/id/clock.ts';

/** Certificates that somebody relies on. */
export interface SeenCertificates {
  /** What they are for: `serving`, `proxy-client`, `backend`, `ca-bundle`. */
  readonly use: string;
  /** Whose they are: a file, an address, an APIService. */
  readonly of: string;
  /** The end of the one that ends first, in milliseconds since the epoch. */
  readonly notAfter: number;
}

/** What is asked for them. */
export interface CertificateMetricsOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** All of them, each time anew. */
  readonly seen: () => Iterable<SeenCertificates>;
}

const dayMs = 86_400_000;

/** Shows how many days are left of every certificate; what has expired counts below zero. */
export function addCertificateMetrics(registry: MetricsRegistry, { clock, seen }: CertificateMetricsOptions): void {
  registry.gauge({
    name: 'tributary_certificate_expiry_days',
    help: 'Days until a certificate ends, by use and owner; of several together the one that ends first.',
    labelNames: ['use', 'of'],
    collectsAll: true,
    collect(target) {
      const now = clock.now();
      for (const { use, of, notAfter } of seen()) {
        if (Number.isFinite(notAfter)) target.set({ use, of }, (notAfter - now) / dayMs);
      }
    },
  });
}

/** When the first of the certificates in a PEM bundle ends; `undefined` when there is none that can be read. */
export function findEarliestEnd(pem: string): number | undefined {
  try {
    const ends = parseCertificates(pem).map(({ validToDate }) => validToDate.getTime());
    return ends.length === 0 ? undefined : Math.min(...ends);
  } catch {
    return undefined;
  }
}

/** Remembers bundles, as long as they are asked for: reading them takes its time, and they seldom change. */
export function newBundleEnds(): (pems: Iterable<string>) => ReadonlyMap<string, number | undefined> {
  let known = new Map<string, number | undefined>();
  return (pems) => {
    const next = new Map<string, number | undefined>();
    for (const pem of pems) next.set(pem, known.has(pem) ? known.get(pem) : findEarliestEnd(pem));
    known = next;
    return next;
  };
}
