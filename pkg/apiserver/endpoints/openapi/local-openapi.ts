import { encodeOpenAPIV2 } from '../../../apimachinery/protobuf/encode-openapi.ts';
import { toAPIPath } from '../../../apimachinery/schema/group-version.ts';
import type { ServedKind } from '../discovery/served-resource.ts';
import { prepareBytes, prepareOpenAPIDocument } from '../discovery/prepared-document.ts';
import { once } from './once.ts';
import type { OpenAPIV2Document, OpenAPIV3Documents } from './openapi-documents.ts';
import { openAPIV2ProtobufTypes } from './openapi-documents.ts';
import type { OpenAPIOptions } from './openapi-options.ts';
import { buildOpenAPIV2, toGroupVersions } from './openapi-v2.ts';
import {
  buildCoreOpenAPIV3,
  buildGroupOpenAPIV3,
  buildGroupsOpenAPIV3,
  buildOpenAPIV3,
  buildVersionOpenAPIV3,
} from './openapi-v3.ts';
import type { OpenAPIV3Source } from './openapi-v3-documents.ts';
import { newOpenAPIV3Documents } from './openapi-v3-documents.ts';

/** Sources of the v3 documents of this server's own kinds; an aggregator puts those of others behind them. */
export function toLocalOpenAPIV3Sources(kinds: readonly ServedKind[], options: OpenAPIOptions): OpenAPIV3Source[] {
  const gvs = toGroupVersions(kinds);
  const groups = [...new Set(gvs.map((gv) => gv.group))].filter((group) => group !== '');
  const builders: (readonly [key: string, build: () => object])[] = [
    ['version', () => buildVersionOpenAPIV3(options)],
    ['apis', () => buildGroupsOpenAPIV3(options)],
    ...groups.map((group) => [`apis/${group}`, () => buildGroupOpenAPIV3(group, options)] as const),
    ...gvs.map((gv) => {
      const own = kinds.filter((kind) => kind.group === gv.group && kind.version === gv.version);
      return [toAPIPath(gv).slice(1), () => buildOpenAPIV3(gv, own, options)] as const;
    }),
  ];
  if (gvs.some((gv) => gv.group === '')) builders.push(['api', () => buildCoreOpenAPIV3(options)]);
  return builders.map(([key, build]) => [key, () => prepareOpenAPIDocument(build())]);
}

/** The v3 documents of this server's own kinds. */
export function newLocalOpenAPIV3(kinds: readonly ServedKind[], options: OpenAPIOptions): OpenAPIV3Documents {
  return newOpenAPIV3Documents(toLocalOpenAPIV3Sources(kinds, options));
}

/** The v2 document of this server's own kinds. */
export function newLocalOpenAPIV2(kinds: readonly ServedKind[], options: OpenAPIOptions): OpenAPIV2Document {
  return newOpenAPIV2Document(() => buildOpenAPIV2(kinds, options));
}

/** A v2 document, own or merged, that is made when it is first asked for. */
export function newOpenAPIV2Document(build: () => object): OpenAPIV2Document {
  const document = once(build);
  const json = once(() => prepareOpenAPIDocument(document()));
  const protobuf = once(async () => {
    const body = await encodeOpenAPIV2(document());
    return prepareBytes(body, { contentType: openAPIV2ProtobufTypes[0], hash: json().hash });
  });
  return { json, protobuf };
}
