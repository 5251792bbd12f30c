import { newNotAcceptable } from '../errors/constructors.ts';
import { covers, type MediaType, parseAccept } from './media-type.ts';
import type { NegotiationRequest } from './negotiate.ts';
import { isPretty } from './pretty.ts';

/** Versions of the aggregated discovery document. */
export type DiscoveryVersion = 'v2' | 'v2beta1';

/** Which discovery document a client wants, and how it is written. */
export type DiscoveryEncoding =
  | {
      readonly form: 'aggregated';
      readonly version: DiscoveryVersion;
      readonly mediaType: MediaType;
      /** Repeats the parameters of the clause: that is how clients tell the aggregated document. */
      readonly contentType: string;
      readonly pretty: boolean;
    }
  | {
      readonly form: 'legacy';
      readonly mediaType: MediaType;
      readonly contentType: MediaType;
      readonly pretty: boolean;
    };

/** What a server can answer with on `/api` and `/apis`. */
export interface DiscoveryOffer {
  readonly versions: readonly DiscoveryVersion[];
  readonly aggregatedMediaTypes: readonly MediaType[];
  readonly legacyMediaTypes: readonly MediaType[];
}

/** Chooses the document on `/api` and `/apis`. Throws a 406 `StatusError` when no clause of `Accept` can be served. */
export function negotiateDiscovery(request: NegotiationRequest, offer: DiscoveryOffer): DiscoveryEncoding {
  const pretty = isPretty(request.query, request.userAgent);
  const accept = (request.accept ?? '') === '' ? '*/*' : (request.accept ?? '');
  for (const clause of parseAccept(accept)) {
    const { parameters } = clause;
    const isConversion = parameters.has('g') || parameters.has('v') || parameters.has('as');
    const version = offer.versions.find((each) => each === parameters.get('v'));
    if (!isConversion) {
      const mediaType = offer.legacyMediaTypes.find((each) => covers(clause, each));
      if (mediaType !== undefined) return { form: 'legacy', mediaType, contentType: mediaType, pretty };
    } else if (version !== undefined && isAggregated(parameters)) {
      const mediaType = offer.aggregatedMediaTypes.find((each) => covers(clause, each));
      const profile = parameters.get('profile') === 'nopeer' ? ';profile=nopeer' : '';
      const contentType = `${mediaType};g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList${profile}`;
      if (mediaType !== undefined) return { form: 'aggregated', version, mediaType, contentType, pretty };
    }
  }
  throw newNotAcceptable(offer.legacyMediaTypes);
}

function isAggregated(parameters: ReadonlyMap<string, string>): boolean {
  return parameters.get('g') === 'apidiscovery.k8s.io' && parameters.get('as') === 'APIGroupDiscoveryList';
}
