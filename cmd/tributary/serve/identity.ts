import type { X509Certificate } from 'node:crypto';
import { selfSubjectReviewKind } from '../../../apis/authentication.k8s.io/v1/self-subject-review.ts';
import { tokenReviewKind } from '../../../apis/authentication.k8s.io/v1/token-review.ts';
import { configMapKind } from '../../../apis/core/v1/config-map.ts';
import { serviceAccountKind } from '../../../apis/core/v1/service-account.ts';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { Authenticator } from '../../../pkg/apiserver/authentication/authenticator.ts';
import { newBearerAuthenticator } from '../../../pkg/apiserver/authentication/bearer.ts';
import {
  newFrontProxyAuthenticator,
  standardFrontProxyHeaders,
} from '../../../pkg/apiserver/authentication/front-proxy.ts';
import { newSelfSubjectReview } from '../../../pkg/apiserver/authentication/self-subject-review.ts';
import type { TokenAuthenticator } from '../../../pkg/apiserver/authentication/token-authenticator.ts';
import { newTokenTableAuthenticator, type TokenTable } from '../../../pkg/apiserver/authentication/token-file.ts';
import { newTokenReview } from '../../../pkg/apiserver/authentication/token-review.ts';
import { newOpenIDMetadata } from '../../../pkg/apiserver/authentication/tokens/openid-metadata.ts';
import { newServiceAccountTokens } from '../../../pkg/apiserver/authentication/tokens/service-account-tokens.ts';
import { newStoredObjects } from '../../../pkg/apiserver/authentication/tokens/stored-objects.ts';
import { newTokenSubresource } from '../../../pkg/apiserver/authentication/tokens/token-subresource.ts';
import { newWebSocketBearerAuthenticator } from '../../../pkg/apiserver/authentication/websocket-bearer.ts';
import { newX509Authenticator } from '../../../pkg/apiserver/authentication/x509.ts';
import {
  newTrustController,
  type TrustController,
} from '../../../pkg/apiserver/controllers/authentication-trust/trust-controller.ts';
import type { AuthenticationTrust } from '../../../pkg/apiserver/controllers/authentication-trust/trust-data.ts';
import type { APIServer } from '../../../pkg/apiserver/server/api-server.ts';
import type { Informer } from '../../../pkg/client/cache/informer.ts';
import { systemClock } from '../../../pkg/component/id/clock.ts';
import { newUUID } from '../../../pkg/component/id/uuid.ts';
import type { Logger } from '../../../pkg/component/logs/logger.ts';
import type { CertificateBundle } from '../../../pkg/pki/certificate-files.ts';
import type { Source } from '../../../pkg/pki/published.ts';
import { subjectOf } from '../../../pkg/pki/subject.ts';
import type { IdentitySettings } from '../options/identity-settings.ts';
import type { Certificates } from './certificates.ts';
import { type OwnGroupVersion, storeOf } from './kinds.ts';

/** What the gateway knows users by. */
export interface IdentityOptions {
  readonly settings: IdentitySettings;
  readonly certificates: Certificates;
  readonly tokens: TokenTable | undefined;
  readonly logger: Logger;
}

/** Everything by which the gateway knows users, and tells others of them. */
export interface Identity {
  /** In upstream's order. */
  readonly authenticators: readonly Authenticator[];
  /** The same kinds, with tokens below service accounts. */
  withTokens(groupVersions: readonly OwnGroupVersion[]): readonly OwnGroupVersion[];
  /** To be called once the kinds are installed: serves reviews and keys, and follows what tokens depend on. */
  install(server: APIServer): InstalledIdentity;
}

/** To be run by the caller. */
export interface InstalledIdentity {
  readonly informers: readonly Informer<KubernetesObject>[];
  readonly trust: TrustController;
}

/** Puts together how users are known. */
export function newIdentity({ settings, certificates, tokens, logger }: IdentityOptions): Identity {
  const { issuers, audiences, jwksURI } = settings;
  const { tokenKeys, frontProxyCA } = certificates;
  const keys = tokenKeys.current;
  const objects = newStoredObjects();
  const issuer = issuers[0] ?? '';
  const tokenAuthenticators: readonly TokenAuthenticator[] = [
    ...(tokens === undefined ? [] : [newTokenTableAuthenticator(tokens, audiences)]),
    newServiceAccountTokens({ keys, issuers, audiences, objects }),
  ];
  return {
    authenticators: [
      ...(frontProxyCA === undefined ? [] : [newFrontProxy(frontProxyCA, settings)]),
      newX509Authenticator({ certificates: newJoined(certificates.clientCAs) }),
      newBearerAuthenticator(tokenAuthenticators, audiences),
      newWebSocketBearerAuthenticator(tokenAuthenticators, audiences),
    ],
    withTokens(groupVersions) {
      const token = newTokenSubresource({ keys, issuer, audiences, objects, newID: newUUID });
      return groupVersions.map((gv) => ({ ...gv, kinds: gv.kinds.map((own) => withSubresource(own, token)) }));
    },
    install(server) {
      const now = () => systemClock.now();
      const priority = { groupPriorityMinimum: 17_700, versionPriority: 15 };
      const tokenReview = newTokenReview({ authenticators: tokenAuthenticators, audiences, now });
      server.installReview(tokenReviewKind, priority, tokenReview);
      server.installReview(selfSubjectReviewKind, priority, newSelfSubjectReview(now));
      server.addDelegate(newOpenIDMetadata({ issuer, keys, jwksURI }));
      const trust = newTrustController({
        configMaps: storeOf(server, configMapKind),
        trust: newTrust(certificates, settings),
        onTrustChange: (listener) => {
          const { clientCAs, proxyClientCAs, proxyClient } = certificates;
          for (const source of [...clientCAs, ...proxyClientCAs, proxyClient]) source.onChange(listener);
        },
        logger,
      });
      return { informers: objects.follow(server.stores, logger), trust };
    },
  };
}

function newFrontProxy(ca: Source<CertificateBundle>, { allowedNames, headers }: IdentitySettings): Authenticator {
  return newFrontProxyAuthenticator({
    bundle: { certificates: () => ca.current().certificates },
    allowedNames,
    headers,
  });
}

type OwnKind = OwnGroupVersion['kinds'][number];

function withSubresource(own: OwnKind, subresource: ReturnType<typeof newTokenSubresource>): OwnKind {
  const { group, kind } = own.definition;
  if (group !== serviceAccountKind.group || kind !== serviceAccountKind.kind) return own;
  const { subresources = [] } = own.options;
  return { ...own, options: { ...own.options, subresources: [...subresources, subresource] } };
}

/** The certificates of all bundles; the same array as long as none changes, so that verdicts can be kept by it. */
function newJoined(sources: readonly Source<CertificateBundle>[]): () => readonly X509Certificate[] {
  const join = (): readonly X509Certificate[] => sources.flatMap((source) => source.current().certificates);
  let joined = join();
  for (const source of sources) {
    source.onChange(() => {
      joined = join();
    });
  }
  return () => joined;
}

/** Whom servers behind this one should believe: it vouches for users with its own certificate, and in the standard headers. */
function newTrust(certificates: Certificates, settings: IdentitySettings): () => AuthenticationTrust {
  const clientCAs = newJoined(certificates.clientCAs);
  const requestHeaderCAs = newJoined(certificates.proxyClientCAs);
  const { headers } = settings;
  const standard = standardFrontProxyHeaders;
  const join = (member: keyof typeof headers): readonly string[] => [
    ...new Set([...standard[member], ...headers[member]]),
  ];
  return () => {
    const own = subjectOf(certificates.proxyClient.current().certificate).commonName;
    const isAny = certificates.frontProxyCA !== undefined && settings.allowedNames.length === 0;
    return {
      clientCAs: clientCAs(),
      requestHeaderCAs: requestHeaderCAs(),
      allowedNames: isAny || own === '' ? [] : [...new Set([own, ...settings.allowedNames])],
      headers: {
        username: join('username'),
        uid: join('uid'),
        group: join('group'),
        extraPrefix: join('extraPrefix'),
      },
    };
  };
}
