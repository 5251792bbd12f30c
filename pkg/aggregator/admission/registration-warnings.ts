import { isDeepStrictEqual } from 'node:util';
import type { APIService } from '../../../apis/apiregistration/v1/api-service-schema.ts';
import { specOf } from '../../../apis/apiregistration/v1/api-service-spec.ts';
import type { ExternalName } from '../../../apis/service.grafana.app/v0alpha1/external-name-schema.ts';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { AdmissionHook, AdmissionRequest } from '../../apiserver/admission/admission.ts';
import type { Clock } from '../../component/id/clock.ts';
import { findEarliestEnd } from '../metrics/certificate-metrics.ts';
import { ResolveError, type ResolvedService, type Resolver, type ServiceReference } from '../resolver/interface.ts';
import { type IsLocal, ownGroup, toServiceReference } from '../service-reference.ts';
import type { CheckHost } from './host-check.ts';

/** What the warnings go by. */
export interface RegistrationWarningsOptions {
  readonly resolver: Resolver;
  readonly apiServices: () => readonly APIService[];
  readonly isLocal: IsLocal;
  readonly checkHost: CheckHost;
  /** When the certificate that an address last showed ends, in milliseconds since the epoch. */
  readonly findCertificateEnd: (address: string) => number | undefined;
  readonly clock: Pick<Clock, 'now' | 'setTimeout'>;
}

/** A certificate that ends within this time is worth a word. */
const soonMs = 14 * 86_400_000;
const dayMs = 86_400_000;

/**
 * Tells whoever registers a service what will keep it from working, in `Warning` headers: the write is accepted all the same, because
 * what is missing may be about to come.
 */
export function newRegistrationWarnings(options: RegistrationWarningsOptions): AdmissionHook {
  return {
    name: 'RegistrationWarnings',
    async validate({ kind, subresource, object, old, operation, warn }: AdmissionRequest) {
      if (object === undefined || subresource !== '' || operation === 'DELETE') return;
      // Whoever sets a label need not hear it again.
      if (old !== undefined && !changesPlace(object, old)) return;
      if (kind.group === ownGroup && kind.plural === 'apiservices') {
        for (const text of await findAPIServiceFaults(object, old, options)) warn(text);
      } else if (kind.group === 'service.grafana.app' && kind.plural === 'externalnames') {
        const text = await findHostFault(object, options);
        if (text !== undefined) warn(text);
      }
    },
  };
}

/** The place of a service is in the spec, and of an ExternalName in its annotations, too. */
function changesPlace(object: Placed, old: Placed): boolean {
  if (!isDeepStrictEqual(object.spec, old.spec)) return true;
  return old.kind === 'ExternalName' && !isDeepStrictEqual(object.metadata.annotations, old.metadata.annotations);
}

type Placed = KubernetesObject & { readonly spec?: object };

async function findAPIServiceFaults(
  object: APIService,
  old: APIService | undefined,
  options: RegistrationWarningsOptions,
): Promise<string[]> {
  const { isLocal } = options;
  const faults = [findPriorityClash(object, options), findBundleEnd(object, options)];
  const service = toServiceReference(object, isLocal);
  // Another priority does not bring the service back to mind.
  const isPlaced = old === undefined || !isDeepStrictEqual(specOf(object).service, specOf(old).service);
  if (service !== undefined && isPlaced) {
    try {
      faults.push(...(await findPlaceFaults(await resolveSoon(service, options), options)));
    } catch (error) {
      if (!(error instanceof ResolveError)) throw error;
      faults.push(`spec.service: ${error.message}`);
    }
  }
  return faults.filter((fault) => fault !== undefined);
}

/** What was written a moment ago, by the same command perhaps, is known in a moment. */
const lagMs = 50;
const maxLags = 4;

async function resolveSoon(
  service: ServiceReference,
  { resolver, clock }: RegistrationWarningsOptions,
): Promise<ResolvedService> {
  for (let lags = 0; ; lags++) {
    try {
      return resolver.resolve(service);
    } catch (error) {
      if (!(error instanceof ResolveError) || lags === maxLags) throw error;
    }
    await new Promise<void>((resolve) => clock.setTimeout(resolve, lagMs));
  }
}

/** The group stands at the highest priority of its versions, which is easily overlooked in the others. */
function findPriorityClash(object: APIService, { apiServices }: RegistrationWarningsOptions): string | undefined {
  const { group = '', groupPriorityMinimum } = specOf(object);
  const other = apiServices().find(
    ({ metadata, spec }) =>
      metadata.name !== object.metadata.name &&
      (spec?.group ?? '') === group &&
      spec?.groupPriorityMinimum !== groupPriorityMinimum,
  );
  if (other === undefined || groupPriorityMinimum === undefined) return undefined;
  const theirs = specOf(other).groupPriorityMinimum;
  const highest = Math.max(groupPriorityMinimum, theirs);
  return `spec.groupPriorityMinimum: APIService ${other.metadata.name} of the same group has ${theirs} and this one ${groupPriorityMinimum}; the group stands at the highest, ${highest}`;
}

function findBundleEnd(object: APIService, { clock }: RegistrationWarningsOptions): string | undefined {
  const { caBundle = '' } = specOf(object);
  if (caBundle === '') return undefined;
  const end = findEarliestEnd(Buffer.from(caBundle, 'base64').toString());
  const when = end === undefined ? undefined : tellEnd(end, clock.now());
  return when === undefined ? undefined : `spec.caBundle: a certificate in it ${when}`;
}

async function findPlaceFaults(
  { addresses, place }: ResolvedService,
  { checkHost, findCertificateEnd, clock }: RegistrationWarningsOptions,
): Promise<(string | undefined)[]> {
  const hosts = place?.socketPath === undefined ? new Set(addresses.map(({ host }) => host)) : new Set<string>();
  const faults = await Promise.all(
    [...hosts].map(async (host) => {
      const fault = await checkHost(host);
      return fault === undefined ? undefined : `spec.service: the host ${JSON.stringify(host)} of the service ${fault}`;
    }),
  );
  const ends = addresses.map(({ host, port }) => {
    const address = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
    const end = findCertificateEnd(address);
    const when = end === undefined ? undefined : tellEnd(end, clock.now());
    return when === undefined ? undefined : `spec.service: the certificate of ${address} ${when}`;
  });
  return [...faults, ...ends];
}

async function findHostFault(
  { spec, metadata }: ExternalName,
  { checkHost }: RegistrationWarningsOptions,
): Promise<string | undefined> {
  const { host = '' } = spec ?? {};
  if (host === '' || metadata.annotations?.['service.tributary.dev/unix-socket'] !== undefined) return undefined;
  const fault = await checkHost(host);
  return fault === undefined ? undefined : `spec.host: the host ${JSON.stringify(host)} ${fault}`;
}

/** `ends in 3 days, at …`; `undefined` when that is a long way off. */
function tellEnd(end: number, now: number): string | undefined {
  if (end - now > soonMs) return undefined;
  const at = new Date(end).toISOString();
  if (end <= now) return `ended at ${at}`;
  const days = Math.floor((end - now) / dayMs);
  return `ends at ${at}, in ${days === 1 ? '1 day' : `${days} days`}`;
}
