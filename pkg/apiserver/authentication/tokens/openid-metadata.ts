import { newMethodNotAllowed } from '../../../apimachinery/errors/constructors.ts';
import { respond } from '../../endpoints/response/respond.ts';
import type { Handler, RequestContext } from '../../request-context.ts';
import { socketOf } from '../client-certificate.ts';
import type { TokenKeys, VerificationKey } from './token-keys.ts';

/** What others need to verify tokens by themselves. */
export interface OpenIDMetadataOptions {
  readonly issuer: string;
  readonly keys: () => TokenKeys;
  /** Where the keys are; default: on this server, at the address by which the client has come. */
  readonly jwksURI?: string | undefined;
}

const configurationPath = '/.well-known/openid-configuration';
const keysPath = '/openid/v1/jwks';

/** Paths of the documents. */
export const openIDPaths: readonly string[] = [configurationPath, keysPath];

/** As long as a new key may be unknown to others. */
const cacheControl = 'public, max-age=3600';

/**
 * Serves the documents by which others verify tokens of service accounts (OpenID Connect Discovery 1.0; RFC 7517). Nothing is served when the
 * issuer is no `https` URL, as upstream has it. Source: kubernetes `pkg/routes/openidmetadata.go`.
 */
export function newOpenIDMetadata(options: OpenIDMetadataOptions): (context: RequestContext) => Handler | undefined {
  const { issuer, keys } = options;
  const isServed = isIssuerURL(issuer);
  return ({ path }) => {
    if (!isServed) return undefined;
    if (path === configurationPath) return (context) => send(context, toConfiguration(options, context));
    if (path === keysPath) return async (context) => send(context, await toKeySet(keys()), 'application/jwk-set+json');
    return undefined;
  };
}

/** Tells whether an issuer can be looked up. */
function isIssuerURL(issuer: string): boolean {
  if (!URL.canParse(issuer)) return false;
  const { protocol, search, hash } = new URL(issuer);
  return protocol === 'https:' && search === '' && hash === '';
}

function send(context: RequestContext, document: unknown, contentType = 'application/json'): void {
  if (context.method !== 'GET') throw newMethodNotAllowed();
  const headers = { 'Cache-Control': cacheControl };
  respond(context, { status: 200, contentType, body: JSON.stringify(document), headers });
}

function toConfiguration({ issuer, keys, jwksURI }: OpenIDMetadataOptions, context: RequestContext) {
  return {
    issuer,
    jwks_uri: jwksURI ?? `https://${localAddressOf(context)}${keysPath}`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [...new Set(keys().accepted.map(({ algorithm }) => algorithm))].toSorted(),
  };
}

function localAddressOf(context: RequestContext): string {
  const { localAddress = 'localhost', localPort = 443 } = socketOf(context) ?? {};
  const address = localAddress.replace(/^::ffff:/, '');
  return `${address.includes(':') ? `[${address}]` : address}:${localPort}`;
}

async function toKeySet({ accepted }: TokenKeys): Promise<{ readonly keys: readonly object[] }> {
  const { exportJWK } = await import('jose');
  const toJWK = async ({ id, algorithm, publicKey }: VerificationKey): Promise<object> => {
    const { kty, ...members } = await exportJWK(publicKey);
    return { use: 'sig', kty, kid: id, ...('crv' in members ? { crv: members.crv } : {}), alg: algorithm, ...members };
  };
  return { keys: await Promise.all(accepted.map(toJWK)) };
}
