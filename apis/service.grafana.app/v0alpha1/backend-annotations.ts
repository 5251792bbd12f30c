import { isAbsolute, normalize } from 'node:path';
import { isIP } from 'node:net';
import { type FieldError, forbidden, invalid, notSupported } from '../../../pkg/apimachinery/validation/field-error.ts';
import type { ExternalName } from './external-name-schema.ts';
import { validateHost } from './host-validation.ts';

/** Annotations of an ExternalName by which the gateway finds a service where a host name does not say enough. */
export const backendAnnotations = {
  /** `https://<spec.host>[:port][/path]`, or `http://…` to do without TLS. Its port, 443 or 80 where it names none, is used in place of that of the APIService. */
  url: 'service.tributary.dev/url',
  /** Absolute path of a unix socket on the machine of the gateway, to which it connects in place of host and port. */
  unixSocket: 'service.tributary.dev/unix-socket',
  /** The one name that the certificate of the service has to carry, and that is sent as SNI. */
  tlsServerName: 'service.tributary.dev/tls-server-name',
  /** Absolute path of a PEM bundle on the machine of the gateway, which follows its changes. Used in place of `spec.caBundle`. */
  caFile: 'service.tributary.dev/ca-file',
} as const;

/** What the annotations say beyond the host. */
export interface BackendPlace {
  readonly scheme?: 'http';
  readonly port?: number;
  /** Begins with a slash and does not end with one. */
  readonly pathPrefix?: string;
  readonly socketPath?: string;
  readonly serverName?: string;
  readonly caFile?: string;
}

/** What the annotations of an ExternalName say, and what is wrong with them. */
export interface ReadAnnotations {
  readonly place: BackendPlace;
  readonly errors: readonly FieldError[];
}

const prefix = 'service.tributary.dev/';

/** Reads the annotations of an ExternalName that are for the gateway. */
export function readBackendAnnotations({ metadata, spec }: ExternalName): ReadAnnotations {
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => key.startsWith(prefix));
  // Most objects have none.
  if (annotations.length === 0) return { place: {}, errors: [] };
  const errors: FieldError[] = [];
  let place: BackendPlace = {};
  for (const [key, value] of annotations) {
    const read = readers[key];
    const field = `metadata.annotations[${key}]`;
    if (read === undefined) {
      errors.push(notSupported('metadata.annotations', key, Object.values(backendAnnotations)));
      continue;
    }
    const result = read(value, spec?.host ?? '');
    if (typeof result === 'string') errors.push(invalid(field, value, result));
    else place = { ...place, ...result };
  }
  return { place, errors: [...errors, ...findConflicts(place)] };
}

/** Reads a value; a text says what is wrong with it. */
type Reader = (value: string, host: string) => BackendPlace | string;

const readers: Readonly<Record<string, Reader>> = {
  [backendAnnotations.url]: readURL,
  [backendAnnotations.unixSocket]: (value) => checkPath(value, maxSocketPath) ?? { socketPath: value },
  [backendAnnotations.tlsServerName]: (value) => checkServerName(value) ?? { serverName: value },
  [backendAnnotations.caFile]: (value) => checkPath(value, maxPath) ?? { caFile: value },
};

/** Bytes of a path that fit into the address of a unix socket (unix(7): 108 with the NUL; 104 on other systems). */
const maxSocketPath = 103;
const maxPath = 4095;

function readURL(value: string, host: string): BackendPlace | string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:\/\/[^/]/i.test(value)) {
    return `must be a URL such as "https://${host === '' ? 'host' : host}:8443/base"`;
  }
  if (url.username !== '' || url.password !== '') return 'must not hold a user or a password';
  if (/[?#]/.test(value)) return 'must not hold a query or a fragment';
  if (toHost(url.hostname) !== host) return `must have the host of spec.host, ${JSON.stringify(host)}`;
  const path = /^[a-z]+:\/\/[^/]+(.*)$/is.exec(value)?.[1] ?? '';
  if (path !== '' && url.pathname !== path) return `must have its path as it is sent: ${JSON.stringify(url.pathname)}`;
  if (path.includes('//')) return 'must not have empty segments in its path';
  const plain = url.protocol === 'http:';
  const pathPrefix = path.replace(/\/$/, '');
  return {
    port: url.port === '' ? (plain ? 80 : 443) : Number(url.port),
    ...(plain && { scheme: 'http' as const }),
    ...(pathPrefix !== '' && { pathPrefix }),
  };
}

/** URLs have IPv6 addresses in brackets. */
function toHost(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

function checkPath(value: string, maxBytes: number): string | undefined {
  if (!isAbsolute(value) || value.includes('\0')) return 'must be an absolute path';
  if (normalize(value) !== value) return `must be without detours: ${JSON.stringify(normalize(value))}`;
  return Buffer.byteLength(value) > maxBytes ? `may not be more than ${maxBytes} bytes` : undefined;
}

function checkServerName(value: string): string | undefined {
  if (isIP(value) !== 0) return undefined;
  const [first] = value.endsWith('.') ? ['must be without a dot at its end'] : validateHost(value);
  return first;
}

/** Without TLS there is nothing to verify; whoever asks for both would believe himself protected. */
function findConflicts({ scheme, serverName, caFile }: BackendPlace): FieldError[] {
  if (scheme !== 'http') return [];
  const asked = [
    ...(serverName === undefined ? [] : [backendAnnotations.tlsServerName]),
    ...(caFile === undefined ? [] : [backendAnnotations.caFile]),
  ];
  return asked.map((key) => forbidden(`metadata.annotations[${key}]`, 'the URL says http, which has no TLS'));
}
