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
import { buildOpenAPIV2 } from '../../apiserver/endpoints/openapi/openapi-v2.ts';
import { buildOpenAPIV3 } from '../../apiserver/endpoints/openapi/openapi-v3.ts';

/** Where a pair of documents comes from. */
export type OpenAPIOrigin = 'v3' | 'v2' | 'both' | 'discovery';

/** Both documents of one group/version, fit to be published. */
export interface OpenAPIPair {
  readonly origin: OpenAPIOrigin;
  /** As the service sent it, byte for byte, where it sent one. */
  readonly v3: Buffer;
  /** JSON text of its `OpenAPIV2Source`. */
  readonly v2: string;
}

/** What a service says: either document may be missing. */
export interface ServiceDocuments {
  readonly v3: Buffer | undefined;
  /** JSON text of its `OpenAPIV2Source`. */
  readonly v2: string | undefined;
}

/** Takes the v3 document of a service. Rejects when clients could not use it. */
export async function acceptOpenAPIV3(json: Buffer, gv: GroupVersion): Promise<Converted> {
  const document = parseOpenAPIV3(json);
  const v2 = filterOpenAPIV2(convertToOpenAPIV2(document), gv);
  await checkOpenAPIV2(v2);
  return { v2: toGoJSON(v2) };
}

/** A document in the other version. */
export interface Converted {
  readonly v2: string;
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

/** The v2 document of a service whose v3 document has been accepted. */
export function toV2(json: Buffer, gv: GroupVersion): string {
  return toGoJSON(filterOpenAPIV2(convertToOpenAPIV2(parseOpenAPIV3(json)), gv));
}

/** The v3 document of a service that has v2 only. */
export function toV3(v2: string, gv: GroupVersion): Buffer {
  const source = JSON.parse(v2) as OpenAPIV2Source;
  return Buffer.from(toGoJSON(convertToOpenAPIV3(source, toInfo(gv))));
}

/** Both documents of a service that has none: enough to explain, validate and apply its objects. */
export function synthesise(gv: GroupVersion, discovery: APIVersionDiscovery): OpenAPIPair | undefined {
  const kinds = toDiscoveredKinds(gv, discovery);
  if (kinds.length === 0) return undefined;
  const options = { info: toInfo(gv), ...discoveredOptions };
  const v2 = filterOpenAPIV2(buildOpenAPIV2(kinds, options) as unknown as JSONObject, gv);
  return { origin: 'discovery', v3: Buffer.from(toGoJSON(buildOpenAPIV3(gv, kinds, options))), v2: toGoJSON(v2) };
}

function toInfo({ group, version }: GroupVersion): { title: string; version: string } {
  return { title: group, version };
}
