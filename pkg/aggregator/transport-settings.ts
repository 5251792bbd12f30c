import type { APIServiceSpec } from '../../apis/apiregistration/v1/api-service-schema.ts';
import { parseCertificates } from '../pki/pem.ts';
import type { BackendCredentials } from './interface.ts';
import type { TransportSettings } from './proxy/interface.ts';
import type { ResolvedService } from './resolver/interface.ts';

/** What services are reached at, and the roots from a file of their own that they are trusted by. */
export interface TrustedPlace extends ResolvedService {
  readonly ca?: string;
}

/** The roots that an APIService, or an annotation of its ExternalName, names cannot be used. */
export class CABundleError extends Error {
  constructor(why: string, source: 'caBundle' | 'annotation', cause?: unknown) {
    const expected = `expected one or more PEM certificates${source === 'caBundle' ? ', base64-encoded' : ''}`;
    const hint = 'Put the PEM file of the CA that signed the certificate of the service there.';
    const what = source === 'caBundle' ? 'spec.caBundle cannot be used: ' : 'the CA file ';
    super(`${what}${why}; ${expected}. ${hint}`, { cause });
    this.name = 'CABundleError';
  }
}

/** How each address of a service is reached and verified. Throws a `CABundleError`. */
export function toTransportSettings(
  spec: Pick<APIServiceSpec, 'caBundle' | 'insecureSkipTLSVerify'>,
  resolved: TrustedPlace,
  credentials: BackendCredentials,
): readonly TransportSettings[] {
  const insecureSkipTLSVerify = spec.insecureSkipTLSVerify === true;
  const ca = resolved.ca ?? toRoots(spec.caBundle, credentials);
  const { caFile: _, ...place } = resolved.place ?? {};
  const { clientCertificate } = credentials;
  return resolved.addresses.map((address) => ({
    ...address,
    ...place,
    serverNames: resolved.serverNames,
    ca,
    insecureSkipTLSVerify,
    ...(clientCertificate === undefined ? {} : { clientCertificate }),
  }));
}

/** A bundle of its own is all that a service trusts; without one it is a certificate of the gateway's own authority. */
function toRoots(caBundle: string | undefined, { gatewayCA }: BackendCredentials): string {
  if (caBundle === undefined || caBundle === '') return gatewayCA;
  const pem = Buffer.from(caBundle, 'base64').toString();
  try {
    // Node drops what it cannot read without a word, and then verifies against fewer roots than were meant.
    parseCertificates(pem);
  } catch (error) {
    throw new CABundleError(error instanceof Error ? error.message : String(error), 'caBundle', error);
  }
  return pem;
}

/** Two settings with one key are equal, and share a transport. */
export function toSettingsKey(settings: TransportSettings): string {
  const { host, port, ip, socketPath, scheme, pathPrefix, serverNames, ca, insecureSkipTLSVerify, clientCertificate } =
    settings;
  return JSON.stringify([
    host,
    port,
    ip,
    socketPath,
    scheme,
    pathPrefix,
    serverNames,
    ca,
    insecureSkipTLSVerify,
    clientCertificate?.cert,
    clientCertificate?.key,
  ]);
}
