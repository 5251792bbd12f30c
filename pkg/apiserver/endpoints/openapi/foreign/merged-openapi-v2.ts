import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { encodeOpenAPIV2 } from '../../../../apimachinery/protobuf/encode-openapi.ts';
import type { JSONObject } from '../../../../apimachinery/runtime/json.ts';
import { compareText } from '../../discovery/compare-text.ts';
import { toGoJSON } from '../../discovery/go-json.ts';
import { jsonMediaType, type PreparedDocument, prepareBytes } from '../../discovery/prepared-document.ts';
import { once } from '../once.ts';
import { openAPIV2ProtobufTypes, type OpenAPIV2Document } from '../openapi-documents.ts';
import { newOpenAPIV2Block, type OpenAPIV2Block } from './openapi-v2-block.ts';
import { OpenAPIV2Names, type Variant } from './openapi-v2-names.ts';
import { newOpenAPIV2Part, type OpenAPIV2Part, type Rename } from './openapi-v2-part.ts';

/** The server's own part: its name sorts before that of any other, so that it keeps its names. */
const own = '';

/**
 * The v2 document of a server and of those behind it. Each server's share is written once and kept; a change costs as much as the
 * share that has changed. The same shares make the same bytes, in whatever order they came.
 */
export class MergedOpenAPIV2 {
  readonly #names = new OpenAPIV2Names();
  readonly #parts = new Map<string, OpenAPIV2Part>();
  readonly #blocks = new Map<string, OpenAPIV2Block>();
  /** Definitions that several parts have, by everything that they are written from. */
  #shared = new Map<string, OpenAPIV2Block>();
  #document: OpenAPIV2Document | undefined;
  readonly #head: JSONObject;

  /** `document` is the server's own, without anybody else's share. */
  constructor(document: object) {
    const { paths, definitions, parameters, ...head } = document as JSONObject;
    this.#head = head;
    const members = { paths, definitions, parameters } as Parameters<typeof newOpenAPIV2Part>[0];
    this.set(own, newOpenAPIV2Part(members));
  }

  /** Adds or replaces the share of a server. */
  set(key: string, part: OpenAPIV2Part): void {
    this.#names.replace(key, this.#parts.get(key), part);
    this.#parts.set(key, part);
    this.#blocks.delete(key);
    this.#document = undefined;
  }

  /** Takes a share away. */
  delete(key: string): void {
    this.#names.replace(key, this.#parts.get(key), undefined);
    this.#parts.delete(key);
    this.#blocks.delete(key);
    this.#document = undefined;
  }

  /** Writes what has changed, in turn with everything else: `document` is quick then. */
  async prepare(): Promise<void> {
    this.#settle();
    for (const [key, part] of this.#parts) {
      // What changes meanwhile is written by `document`, or by the next call.
      if (this.#blocks.has(key) || this.#parts.get(key) !== part) continue;
      this.#blocks.set(key, this.#writePart(part));
      await nextTurn();
    }
  }

  /** The document of now. */
  document(): OpenAPIV2Document {
    return (this.#document ??= toDocument(this.#head, this.#write()));
  }

  /** All blocks, in order. */
  #write(): OpenAPIV2Block[] {
    this.#settle();
    for (const [key, part] of this.#parts) {
      if (!this.#blocks.has(key)) this.#blocks.set(key, this.#writePart(part));
    }
    const blocks = [...this.#blocks].toSorted(([a], [b]) => compareText(a, b)).map(([, block]) => block);
    return [...blocks, ...this.#writeShared()];
  }

  #settle(): void {
    for (const key of this.#names.settle()) this.#blocks.delete(key);
  }

  #writePart(part: OpenAPIV2Part): OpenAPIV2Block {
    const rename = this.#renameIn(part);
    const named = [...part.named].flatMap(([key, { hash }]) => {
      const variant = this.#names.find(key, hash);
      return variant === undefined || variant.holders.length > 1 ? [] : [variant];
    });
    return newOpenAPIV2Block({ paths: part.paths, named, rename });
  }

  #writeShared(): OpenAPIV2Block[] {
    const kept = new Map<string, OpenAPIV2Block>();
    const sorted = [...this.#names.shared()].toSorted((a, b) => compareText(toPlace(a), toPlace(b)));
    for (const variant of sorted) {
      const holder = this.#parts.get(variant.holders[0] ?? '');
      if (holder === undefined) continue;
      const rename = this.#renameIn(holder);
      const targets = variant.part.template.references.map((key) => rename(key) ?? '');
      const key = [toPlace(variant), variant.part.hash, ...variant.kinds, ...targets].join(' ');
      kept.set(key, this.#shared.get(key) ?? newOpenAPIV2Block({ paths: undefined, named: [variant], rename }));
    }
    this.#shared = kept;
    return [...kept.values()];
  }

  #renameIn({ named }: OpenAPIV2Part): Rename {
    return (key) => {
      const part = named.get(key);
      return part && this.#names.find(key, part.hash)?.name;
    };
  }
}

function toPlace({ part, name }: Variant): string {
  return `${part.section}/${name}`;
}

const sections = ['paths', 'definitions', 'parameters'] as const;

function toDocument(head: JSONObject, blocks: readonly OpenAPIV2Block[]): OpenAPIV2Document {
  const headText = toGoJSON(head).slice(0, -1);
  const hash = createHash('sha512').update(headText);
  for (const block of blocks) hash.update(block.hash);
  const digest = hash.digest('hex').toUpperCase();
  const toJSON = (): PreparedDocument => {
    const chunks: Buffer[] = [Buffer.from(headText)];
    for (const section of sections) {
      chunks.push(Buffer.from(`,"${section}":{`));
      const written = blocks.map((block) => block[section]).filter(({ length }) => length > 0);
      written.forEach((chunk, index) => chunks.push(...(index === 0 ? [chunk] : [comma, chunk])));
      chunks.push(brace);
    }
    return prepareBytes(Buffer.concat([...chunks, brace]), { contentType: jsonMediaType, hash: digest });
  };
  const toProtobuf = async (): Promise<PreparedDocument> => {
    // Messages that are written one behind the other are one message: repeated members join, others are merged.
    const chunks: Buffer[] = [await encodeOpenAPIV2(head)];
    for (const block of blocks) chunks.push(await block.protobuf());
    return prepareBytes(Buffer.concat(chunks), { contentType: openAPIV2ProtobufTypes[0], hash: digest });
  };
  return { json: once(toJSON), protobuf: once(toProtobuf) };
}

const comma = Buffer.from(',');
const brace = Buffer.from('}');
