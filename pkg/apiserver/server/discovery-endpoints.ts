import type { APIGroupDiscovery } from '../../../apis/apidiscovery/v2/types.ts';
import { negotiateDiscovery } from '../../apimachinery/runtime/negotiate-discovery.ts';
import { negotiateOutput } from '../../apimachinery/runtime/negotiate.ts';
import {
  type APIVersions,
  type GroupVersions,
  toAPIGroup,
  toAPIGroupList,
  toAPIVersions,
} from '../endpoints/discovery/api-group.ts';
import {
  type DiscoveryVersion,
  toAPIGroupDiscoveryList,
  toDiscoveryContentType,
} from '../endpoints/discovery/api-group-discovery-list.ts';
import { type PreparedDocument, prepareDiscoveryDocument } from '../endpoints/discovery/prepared-document.ts';
import { encodeBody } from '../endpoints/response/encode-body.ts';
import { servedMediaTypes, toNegotiationRequest } from '../endpoints/response/media-types.ts';
import { respond } from '../endpoints/response/respond.ts';
import type { Handler, RequestContext } from '../request-context.ts';
import type { DiscoveryRegistry } from './discovery-registry.ts';
import { sendPrepared } from './prepared-answer.ts';

/** Versions of the aggregated form; the beta is for kubectl 1.26 to 1.29, which upstream has given up. */
const discoveryVersions: readonly DiscoveryVersion[] = ['v2', 'v2beta1'];

/** Answers `/api`, `/apis` and `/apis/<group>` out of what a registry knows; never asks anybody else. */
export interface DiscoveryEndpoints {
  readonly core: Handler;
  readonly groups: Handler;
  /** The document of one group; `undefined` when it is not known. */
  group(name: string): Handler | undefined;
}

/** Makes the endpoints. Aggregated documents are built once a change and answered as buffers. */
export function newDiscoveryEndpoints(
  registry: DiscoveryRegistry,
  serverAddress: (context: RequestContext) => string,
): DiscoveryEndpoints {
  const prepared = newPreparedCache(registry);
  const answer = async (context: RequestContext, core: boolean, legacy: () => object): Promise<void> => {
    const encoding = negotiateDiscovery(toNegotiationRequest(context), {
      versions: discoveryVersions,
      aggregatedMediaTypes: ['application/json'],
      legacyMediaTypes: servedMediaTypes,
    });
    if (encoding.form === 'legacy') return sendLegacy(context, legacy(), encoding);
    const document = prepared.get(core, encoding.version);
    return sendPrepared(context, document, { contentType: encoding.contentType, cacheControl: 'public' });
  };
  return {
    core: (context) => answer(context, true, () => toCoreVersions(registry, serverAddress(context))),
    groups: (context) =>
      answer(context, false, () => toAPIGroupList(registry.groups().filter(isNamed).map(toGroupVersions))),
    group(name) {
      const group = registry.groups().find(({ metadata }) => metadata.name === name);
      if (group === undefined || name === '') return undefined;
      return (context) => {
        const output = negotiateOutput(toNegotiationRequest(context), servedMediaTypes);
        return sendLegacy(context, toAPIGroup(toGroupVersions(group)), output);
      };
    },
  };
}

type Encoding = Parameters<typeof encodeBody>[1];

async function sendLegacy(context: RequestContext, document: object, encoding: Encoding): Promise<void> {
  respond(context, { status: 200, contentType: encoding.mediaType, body: await encodeBody(document, encoding) });
}

function isNamed({ metadata }: APIGroupDiscovery): boolean {
  return metadata.name !== undefined;
}

function toGroupVersions({ metadata, versions }: APIGroupDiscovery): GroupVersions {
  const [first, ...rest] = versions.map(({ version }) => version);
  if (first === undefined) throw new Error(`group ${metadata.name ?? ''} has no version`);
  return { group: metadata.name ?? '', versions: [first, ...rest] };
}

function toCoreVersions(registry: DiscoveryRegistry, serverAddress: string): APIVersions {
  const core = registry.groups().find((group) => !isNamed(group));
  return toAPIVersions(core?.versions.map(({ version }) => version) ?? [], serverAddress);
}

function newPreparedCache(registry: DiscoveryRegistry) {
  const documents = new Map<string, PreparedDocument>();
  let generation = -1;
  return {
    get(core: boolean, version: DiscoveryVersion): PreparedDocument {
      if (generation !== registry.generation) documents.clear();
      generation = registry.generation;
      const key = `${core ? 'api' : 'apis'} ${version}`;
      const known = documents.get(key);
      if (known !== undefined) return known;
      const groups = registry.groups().filter((group) => isNamed(group) !== core);
      const document = prepareDiscoveryDocument(
        toAPIGroupDiscoveryList(groups, version),
        toDiscoveryContentType(version),
      );
      documents.set(key, document);
      return document;
    },
  };
}
