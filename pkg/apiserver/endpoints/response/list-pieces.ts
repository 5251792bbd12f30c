import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';
import { encodeJSON } from '../../../apimachinery/runtime/encode-json.ts';
import { compareKeys } from '../../../apimachinery/yaml/compare-keys.ts';
import { toYAML, toYAMLItem } from '../../../apimachinery/yaml/to-yaml.ts';
import type { TakeTurns } from '../../turns.ts';
import type { BodyEncoding } from './encode-body.ts';

/** A document whose last member is long. */
export interface LongDocument {
  /** All of it, with nothing in the long member. */
  readonly frame: object;
  readonly member: 'items' | 'rows';
  readonly objects: readonly KubernetesObject[];
  /** The element that stands for an object. */
  readonly element: (object: KubernetesObject) => object;
  /** Its JSON without the newline, where that is known without looking at it. */
  readonly json?: (object: KubernetesObject) => string;
}

/** About how long a piece is. */
const pieceLength = 64 * 1024;

/**
 * Encodes a long document piece by piece, as it would be encoded as a whole. There may be many thousand objects: others have their turn
 * in between.
 */
export async function encodeLongDocument(
  document: LongDocument,
  encoding: BodyEncoding,
  takeTurns: TakeTurns,
): Promise<Buffer[]> {
  const { head, separator, tail, encode } = newNotation(document, encoding);
  const pieces: Buffer[] = [];
  let text = head;
  for (const [at, object] of document.objects.entries()) {
    text += at === 0 ? encode(object) : separator + encode(object);
    if (text.length < pieceLength) continue;
    pieces.push(Buffer.from(text));
    text = '';
    await takeTurns();
  }
  pieces.push(Buffer.from(text + tail));
  return pieces;
}

interface Notation {
  readonly head: string;
  readonly separator: string;
  readonly tail: string;
  readonly encode: (object: KubernetesObject) => string;
}

function newNotation(document: LongDocument, { mediaType, pretty }: BodyEncoding): Notation {
  const { frame, member, objects, element } = document;
  const isEmpty = objects.length === 0;
  if (mediaType === 'application/yaml') return isEmpty ? newEmpty(toYAML(frame)) : newYAMLNotation(document);
  // Without elements it ends in `[]}` and a newline, or in `[]`, a newline and `}`.
  const text = encodeJSON(frame, pretty);
  if (isEmpty) return newEmpty(text);
  const end = text.lastIndexOf(`"${member}":`) + `"${member}":`.length;
  if (pretty) {
    const encode = (object: KubernetesObject): string => encodeJSON(element(object), true).replaceAll('\n', '\n    ');
    return { head: `${text.slice(0, end)} [\n    `, separator: ',\n    ', tail: '\n  ]\n}', encode };
  }
  const { json = (object) => encodeJSON(element(object)).trimEnd() } = document;
  return { head: `${text.slice(0, end)}[`, separator: ',', tail: ']}\n', encode: json };
}

function newEmpty(text: string): Notation {
  return { head: text, separator: '', tail: '', encode: () => '' };
}

/** Members stand in the order of their names. */
function newYAMLNotation({ frame, member, element }: LongDocument): Notation {
  const members = Object.entries(frame).filter(([name]) => name !== member);
  const write = (side: (order: number) => boolean): string => {
    const chosen = members.filter(([name]) => side(compareKeys(name, member)));
    return chosen.length === 0 ? '' : toYAML(Object.fromEntries(chosen));
  };
  return {
    head: `${write((order) => order < 0)}${member}:\n`,
    separator: '',
    tail: write((order) => order > 0),
    encode: (object) => toYAMLItem(element(object)),
  };
}
