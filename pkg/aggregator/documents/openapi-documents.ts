import { createHash } from 'node:crypto';
import type { JSONObject } from '../../apimachinery/runtime/json.ts';
import type { GroupVersion } from '../../apimachinery/schema/group-version.ts';
import type { APIVersionDiscovery } from '../../../apis/apidiscovery/v2/types.ts';
import { toGoJSON } from '../../apiserver/endpoints/discovery/go-json.ts';
import { checkOpenAPIV2 } from '../../apiserver/endpoints/openapi/foreign/check-openapi-v2.ts';
import { convertToOpenAPIV3 } from '../../apiserver/endpoints/openapi/foreign/convert-v2-to-v3.ts';
import { convertToOpenAPIV2 } from '../../apiserver/endpoints/openapi/foreign/convert-v3-to-v2.ts';
import { discoveredOptions, toDiscoveredKinds } from '../../apiserver/endpoints/openapi/foreign/discovered-kinds.ts';
import { filterOpenAPIV2, type OpenAPIV2Source } from '../../apiserver/endpoints/openapi/foreign/openapi-v2-source.ts';
import { parseOpenAPIV2, parseOpenAPIV3 } from '../../apiserver/endpoints/openapi/foreign/parse-document.ts';
import { once } from '../../apiserver/endpoints/openapi/once.ts';
import { buildOpenAPIV2 } from '../../apiserver/endpoints/openapi/openapi-v2.ts';
import { buildOpenAPIV3 } from '../../apiserver/endpoints/openapi/openapi-v3.ts';

/** Where a pair of documents comes from. */
export type OpenAPIOrigin = 'v3' | 'v2' | 'both' | 'discovery';

/** Both documents of one group/version, fit to be published. What is made from something else is made when it is asked for. */
export interface OpenAPIPair {
  readonly origin: OpenAPIOrigin;
  /** As the service sent it, byte for byte, where it sent one. */
  readonly v3: () => Buffer;
  /** SHA-512 of the v3 document, or of what it is made from: upper-case hexadecimal. */
  readonly hash: string;
  readonly v2: () => OpenAPIV2Source;
  /** Tells one v2 document from another. */
  readonly v2Key: string;
}

/** What a service says: either document may be missing. */
export interface ServiceDocuments {
  readonly v3: Buffer | undefined;
  /** JSON text of its `OpenAPIV2Source`. */
  readonly v2: string | undefined;
}

/** Takes the v3 document of a service. Throws when clients could not use it. */
export function acceptOpenAPIV3(json: Buffer, gv: GroupVersion): () => Promise<string> {
  const document = parseOpenAPIV3(json);
  return async () => {
    const v2 = filterOpenAPIV2(convertToOpenAPIV2(document), gv);
    await checkOpenAPIV2(v2);
    return toGoJSON(v2);
  };
}

/** The share of a group/version in the v2 document of its service, as JSON text; `undefined` when there is none. */
export type ShareOfOpenAPIV2 = (gv: GroupVersion) => Promise<string | undefined>;

/** Takes the v2 document of a service, if that is what it is. Throws, as the result rejects, when clients could not use it. */
export function acceptOpenAPIV2(json: Buffer): ShareOfOpenAPIV2 | undefined {
  const document = parseOpenAPIV2(json);
  if (document === undefined) return undefined;
  return async (gv) => {
    const source = filterOpenAPIV2(document, gv);
    // A document that does not speak of the group/version is as good as none.
    if (Object.keys(source.paths).length === 0 && Object.keys(source.definitions).length === 0) return undefined;
    await checkOpenAPIV2(source);
    return toGoJSON(source);
  };
}

/** What is published of a service: its own documents first, then one made from the other. */
export function toPair(
  { v3, v2 }: ServiceDocuments,
  converted: string | undefined,
  gv: GroupVersion,
): OpenAPIPair | undefined {
  if (v3 !== undefined) {
    const text = v2 ?? converted;
    return {
      origin: v2 === undefined ? 'v3' : 'both',
      v3: () => v3,
      hash: hashOf(v3),
      v2: () => (text === undefined ? toV2(v3, gv) : (JSON.parse(text) as OpenAPIV2Source)),
      v2Key: text ?? '',
    };
  }
  if (v2 === undefined) return undefined;
  const source = once(() => JSON.parse(v2) as OpenAPIV2Source);
  const info = toInfo(gv);
  return {
    origin: 'v2',
    v3: () => Buffer.from(toGoJSON(convertToOpenAPIV3(source(), info))),
    hash: hashOf(`v2 ${v2}`),
    v2: source,
    v2Key: v2,
  };
}

/** Both documents of a service that has none: enough to explain, validate and apply its objects. */
export function synthesise(
  gv: GroupVersion,
  { freshness: _, ...discovery }: APIVersionDiscovery,
): OpenAPIPair | undefined {
  const kinds = toDiscoveredKinds(gv, discovery);
  if (kinds.length === 0) return undefined;
  const options = { info: toInfo(gv), ...discoveredOptions };
  const hash = hashOf(`discovery ${gv.group} ${JSON.stringify(discovery)}`);
  return {
    origin: 'discovery',
    v3: () => Buffer.from(toGoJSON(buildOpenAPIV3(gv, kinds, options))),
    hash,
    v2: () => filterOpenAPIV2(buildOpenAPIV2(kinds, options) as unknown as JSONObject, gv),
    v2Key: hash,
  };
}

function toV2(json: Buffer, gv: GroupVersion): OpenAPIV2Source {
  return filterOpenAPIV2(convertToOpenAPIV2(parseOpenAPIV3(json)), gv);
}

function toInfo({ group, version }: GroupVersion): { title: string; version: string } {
  return { title: group, version };
}

function hashOf(document: Buffer | string): string {
  return createHash('sha512').update(document).digest('hex').toUpperCase();
}
