import type { APIService } from '../../../apis/apiregistration/v1/api-service-schema.ts';
import { toAddress } from '../proxy/authority.ts';
import type { TransportSettings } from '../proxy/interface.ts';
import type { APIServiceSnapshot } from '../snapshot.ts';
import { newBundleEnds, type SeenCertificates } from './certificate-metrics.ts';

/** Certificates of backends, as they were last shown. */
export interface BackendCertificates {
  /** A backend has shown one that ends at this time. */
  noteCertificate(settings: TransportSettings, notAfter: number): void;
  /** When the one of an address ends, in milliseconds since the epoch, if it has shown one. */
  endOf(address: string): number | undefined;
  /** Those of the backends in use. */
  list(): readonly SeenCertificates[];
}

/** Addresses of which the certificate is kept although no APIService names them just now. */
const maxForgotten = 100;

/** None is seen yet. */
export function newBackendCertificates(
  snapshots: () => readonly Pick<APIServiceSnapshot, 'addresses'>[],
): BackendCertificates {
  const ends = new Map<string, number>();
  const forget = (used: ReadonlySet<string>): void => {
    const unused = [...ends.keys()].filter((address) => !used.has(address));
    for (const address of unused.slice(0, Math.max(0, unused.length - maxForgotten))) ends.delete(address);
  };
  return {
    noteCertificate(settings, notAfter) {
      ends.set(toAddress(settings), notAfter);
      if (ends.size % (2 * maxForgotten) === 0) forget(usedAddresses(snapshots()));
    },
    endOf: (address) => ends.get(address),
    list() {
      const used = usedAddresses(snapshots());
      forget(used);
      return [...ends]
        .filter(([address]) => used.has(address))
        .map(([of, notAfter]) => ({ use: 'backend', of, notAfter }));
    },
  };
}

/** The certificates in the `caBundle` of APIServices, by the name of each. */
export function newBundleCertificates(apiServices: () => readonly APIService[]): () => readonly SeenCertificates[] {
  const endsOf = newBundleEnds();
  return () => {
    const bundles = apiServices().flatMap(({ metadata, spec }) => {
      const { caBundle = '' } = spec ?? {};
      return caBundle === '' ? [] : [{ of: metadata.name ?? '', pem: Buffer.from(caBundle, 'base64').toString() }];
    });
    const ends = endsOf(bundles.map(({ pem }) => pem));
    return bundles.flatMap(({ of, pem }) => {
      const notAfter = ends.get(pem);
      return notAfter === undefined ? [] : [{ use: 'ca-bundle', of, notAfter }];
    });
  };
}

function usedAddresses(snapshots: readonly Pick<APIServiceSnapshot, 'addresses'>[]): ReadonlySet<string> {
  return new Set(snapshots.flatMap(({ addresses }) => addresses));
}
