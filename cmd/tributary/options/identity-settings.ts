import {
  type FrontProxyHeaders,
  standardFrontProxyHeaders,
} from '../../../pkg/apiserver/authentication/front-proxy.ts';
import { UsageError } from '../usage-error.ts';
import type { ServeOptions } from './serve-flags.ts';

/** Who is believed to be whom, as far as options say so. */
export interface IdentitySettings {
  /** Issuers of tokens that are accepted; the first one is that of new tokens. */
  readonly issuers: readonly string[];
  /** Names of this API. */
  readonly audiences: readonly string[];
  readonly jwksURI: string | undefined;
  /** Common names of proxies; empty for any that shows a certificate of their CA. */
  readonly allowedNames: readonly string[];
  readonly headers: FrontProxyHeaders;
}

/** Reads the lists in the options. Throws a `UsageError` that names the flag. */
export function toIdentitySettings(options: ServeOptions): IdentitySettings {
  const { serviceAccountIssuer, apiAudiences, serviceAccountJwksUri: jwksURI } = options;
  const issuers = parseList(serviceAccountIssuer, '--service-account-issuer');
  for (const issuer of issuers) checkIssuer(issuer);
  if (jwksURI !== undefined && !jwksURI.startsWith('https://')) {
    throw new UsageError(`--service-account-jwks-uri must be an https URL, not ${JSON.stringify(jwksURI)}`);
  }
  const list = (text: string | undefined, flag: string, preset: readonly string[]): readonly string[] =>
    text === undefined ? preset : parseList(text, flag);
  const standard = standardFrontProxyHeaders;
  return {
    issuers,
    audiences: list(apiAudiences, '--api-audiences', issuers),
    jwksURI,
    allowedNames: list(options.requestheaderAllowedNames, '--requestheader-allowed-names', []),
    headers: {
      username: list(options.requestheaderUsernameHeaders, '--requestheader-username-headers', standard.username),
      uid: list(options.requestheaderUidHeaders, '--requestheader-uid-headers', standard.uid),
      group: list(options.requestheaderGroupHeaders, '--requestheader-group-headers', standard.group),
      extraPrefix: list(
        options.requestheaderExtraHeadersPrefix,
        '--requestheader-extra-headers-prefix',
        standard.extraPrefix,
      ),
    },
  };
}

function parseList(text: string, flag: string): readonly string[] {
  const items = text.split(',').map((item) => item.trim());
  if (items.includes('')) throw new UsageError(`${flag} has an empty item: ${JSON.stringify(text)}`);
  if (new Set(items).size < items.length) throw new UsageError(`${flag} has an item twice: ${JSON.stringify(text)}`);
  return items;
}

/** OpenID has URLs; other names are allowed, as long as they are not meant to be one. */
function checkIssuer(issuer: string): void {
  if (!issuer.includes(':') || URL.canParse(issuer)) return;
  const why = `contained a ":" but was not a valid URL: ${JSON.stringify(issuer)}`;
  throw new UsageError(`--service-account-issuer ${why}`);
}
