import { apiGroupDiscoveryListMessage } from '../../../apis/apidiscovery/v2/api-group-discovery-list-protobuf.ts';
import type { APIGroupDiscovery, APIGroupDiscoveryList } from '../../../apis/apidiscovery/v2/types.ts';
import type { Clock, Timer } from '../../component/id/clock.ts';
import { negotiateDiscovery } from '../../apimachinery/runtime/negotiate-discovery.ts';
import {
  apiGroupListMessage,
  apiGroupMessage,
  apiVersionsMessage,
} from '../../apimachinery/protobuf/discovery-messages.ts';
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
import {
  type PreparedDocument,
  prepareBytes,
  prepareDiscoveryDocument,
} from '../endpoints/discovery/prepared-document.ts';
import { once } from '../endpoints/openapi/once.ts';
import { servedMediaTypes, toNegotiationRequest } from '../endpoints/response/media-types.ts';
import { encodeProtobuf } from '../endpoints/response/protobuf-encoder.ts';
import type { Handler, RequestContext } from '../request-context.ts';
import type { DiscoveryRegistry } from './discovery-registry.ts';
import { sendPrepared } from './prepared-answer.ts';
import { newLegacyDocuments, sendLegacyDocument } from './send-legacy-document.ts';

/** Versions of the aggregated form; the beta is for kubectl 1.26 to 1.29, which upstream has given up. */
const discoveryVersions: readonly DiscoveryVersion[] = ['v2', 'v2beta1'];

const protobuf = 'application/vnd.kubernetes.protobuf';

/** Answers `/api`, `/apis` and `/apis/<group>` out of what a registry knows; never asks anybody else. */
export interface DiscoveryEndpoints {
  readonly core: Handler;
  readonly groups: Handler;
  /** The document of one group; `undefined` when it is not known. */
  group(name: string): Handler | undefined;
}

/** What the endpoints need. */
export interface DiscoveryEndpointsOptions {
  readonly registry: DiscoveryRegistry;
  readonly serverAddress: (context: RequestContext) => string;
  readonly clock: Clock;
}

/** Time after a change until the documents are made that nearly everybody asks for; many changes come together. */
const prepareAfterMs = 200;

/** Makes the endpoints. Aggregated documents are built once a change, ahead of the first reader, and answered as buffers. */
export function newDiscoveryEndpoints(options: DiscoveryEndpointsOptions): DiscoveryEndpoints {
  const { registry, serverAddress, clock } = options;
  const prepared = newPreparedCache(registry);
  let preparing: Timer | undefined;
  const prepare = async (): Promise<void> => {
    preparing = undefined;
    await Promise.all([true, false].map((core) => prepared.get(core, 'v2').json.gzip()));
  };
  registry.subscribe(() => {
    // Readers hear of what goes wrong.
    preparing ??= clock.setTimeout(() => void prepare().catch(ignore), prepareAfterMs);
  });
  const legacyDocuments = newLegacyDocuments(() => registry.generation);
  const answer = async (context: RequestContext, core: boolean): Promise<void> => {
    const encoding = negotiateDiscovery(toNegotiationRequest(context), {
      versions: discoveryVersions,
      aggregatedMediaTypes: ['application/json', protobuf],
      legacyMediaTypes: servedMediaTypes,
    });
    if (encoding.form === 'legacy') {
      if (!core) {
        const build = (): object => toAPIGroupList(registry.groups().filter(isNamed).map(toGroupVersions));
        return legacyDocuments.send(context, { name: 'apis', build, message: apiGroupListMessage, encoding });
      }
      const versions = toCoreVersions(registry, serverAddress(context));
      return sendLegacyDocument(context, versions, { message: apiVersionsMessage, encoding });
    }
    const { json, protobuf: inProtobuf } = prepared.get(core, encoding.version);
    const document = encoding.mediaType === protobuf ? await inProtobuf() : json;
    return sendPrepared(context, document, { contentType: encoding.contentType, cacheControl: 'public' });
  };
  return {
    core: (context) => answer(context, true),
    groups: (context) => answer(context, false),
    group(name) {
      const group = registry.groups().find(({ metadata }) => metadata.name === name);
      if (group === undefined || name === '') return undefined;
      const build = (): object => toAPIGroup(toGroupVersions(group));
      return (context) => legacyDocuments.send(context, { name: `apis/${name}`, build, message: apiGroupMessage });
    },
  };
}

function ignore(): void {}

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

/** Both forms of an aggregated document, of which protobuf is made when it is first asked for. */
interface PreparedForms {
  readonly json: PreparedDocument;
  readonly protobuf: () => Promise<PreparedDocument>;
}

function newPreparedCache(registry: DiscoveryRegistry) {
  const documents = new Map<string, PreparedForms>();
  let generation = -1;
  return {
    get(core: boolean, version: DiscoveryVersion): PreparedForms {
      if (generation !== registry.generation) documents.clear();
      generation = registry.generation;
      const key = `${core ? 'api' : 'apis'} ${version}`;
      const known = documents.get(key);
      if (known !== undefined) return known;
      const groups = registry.groups().filter((group) => isNamed(group) !== core);
      const forms = prepareForms(toAPIGroupDiscoveryList(groups, version), version);
      documents.set(key, forms);
      return forms;
    },
  };
}

function prepareForms(document: APIGroupDiscoveryList, version: DiscoveryVersion): PreparedForms {
  const json = prepareDiscoveryDocument(document, toDiscoveryContentType(version));
  const toProtobuf = async (): Promise<PreparedDocument> =>
    // Both forms share the entity tag, as upstream's do.
    prepareBytes(await encodeProtobuf(document, apiGroupDiscoveryListMessage), { ...json });
  return { json, protobuf: once(toProtobuf) };
}
