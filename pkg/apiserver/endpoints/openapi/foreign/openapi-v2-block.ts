import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { encodeOpenAPIV2 } from '../../../../apimachinery/protobuf/encode-openapi.ts';
import { toGoJSON } from '../../discovery/go-json.ts';
import { once } from '../once.ts';
import type { Variant } from './openapi-v2-names.ts';
import { type OpenAPIV2Part, type Rename, renderNamed, renderTemplate } from './openapi-v2-part.ts';

/** A piece of the merged document as it is sent: members of its sections, without the braces around them. */
export interface OpenAPIV2Block {
  readonly paths: Buffer;
  readonly definitions: Buffer;
  readonly parameters: Buffer;
  readonly hash: Buffer;
  /** A document with nothing else in it. Encoded by the first call, in turn with everything else. */
  protobuf(): Promise<Buffer>;
}

/** What a block is written from. */
interface BlockSource {
  readonly paths: OpenAPIV2Part['paths'] | undefined;
  readonly named: readonly Variant[];
  readonly rename: Rename;
}

/** Writes a block. */
export function newOpenAPIV2Block({ paths, named, rename }: BlockSource): OpenAPIV2Block {
  const write = (section: 'definitions' | 'parameters'): string =>
    named
      .filter(({ part }) => part.section === section)
      .map(({ part, name, kinds }) => `${toGoJSON(name)}:${renderNamed(part, kinds, rename)}`)
      .join(',');
  const texts = {
    paths: paths === undefined ? '' : renderTemplate(paths, rename),
    definitions: write('definitions'),
    parameters: write('parameters'),
  };
  const buffers = {
    paths: Buffer.from(texts.paths),
    definitions: Buffer.from(texts.definitions),
    parameters: Buffer.from(texts.parameters),
  };
  const hash = createHash('sha256');
  for (const each of Object.values(buffers)) hash.update(`${each.length}:`).update(each);
  const encode = async (): Promise<Buffer> => {
    await nextTurn();
    const written = Object.entries(buffers).filter(([, { length }]) => length > 0);
    return encodeOpenAPIV2(
      JSON.parse(`{${written.map(([name, text]) => `"${name}":{${text.toString()}}`).join(',')}}`),
    );
  };
  return { ...buffers, hash: hash.digest(), protobuf: once(encode) };
}
