import type { JSONObject } from '../runtime/json.ts';
import { compareKeys } from './compare-keys.ts';
import { writeString } from './write-scalar.ts';

/** Writes a JSON value as upstream's YAML encoder does: keys sorted, blocks indented by two spaces, list items not indented. */
export function toYAML(value: unknown): string {
  const text = isBlock(value) ? writeBlock(value, 0) : writeInline(value, { column: 0, indent: 2 });
  return `${text}\n`;
}

/** Writes a value as an item of a list that is a member of a document, as `toYAML` does. */
export function toYAMLItem(value: unknown): string {
  return `- ${writeItem(value, 0)}\n`;
}

type Block = unknown[] | JSONObject;

// Empty collections are written in one word, like scalars.
function isBlock(value: unknown): value is Block {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((member) => member !== undefined);
}

/** Lines of a collection. The first has no indentation: it goes on behind whatever stands in front of it. */
function writeBlock(value: Block, indent: number): string {
  const lines = Array.isArray(value)
    ? value.map((item) => `- ${writeItem(item, indent)}`)
    : writeMembers(value, indent);
  return lines.join(newLine(indent));
}

function writeItem(item: unknown, indent: number): string {
  if (isBlock(item)) return writeBlock(item, indent + 2);
  return writeInline(item, { column: indent + 2, indent: indent + 2 });
}

function writeMembers(object: JSONObject, indent: number): string[] {
  const names = Object.keys(object).filter((name) => object[name] !== undefined);
  return names.toSorted(compareKeys).map((name) => writeMember(name, object[name], indent));
}

// A longer key would not be recognised as one by readers that look ahead only so far.
const maxSimpleKeyBytes = 128;

function writeMember(name: string, value: unknown, indent: number): string {
  if (name.includes('\n') || Buffer.byteLength(name) > maxSimpleKeyBytes) return writeLongMember(name, value, indent);
  const key = `${writeString(name, { column: indent, indent, isKey: true })}:`;
  if (!isBlock(value)) return `${key} ${writeInline(value, { column: indent + key.length + 1, indent: indent + 2 })}`;
  const blockIndent = Array.isArray(value) ? indent : indent + 2;
  return `${key}${newLine(blockIndent)}${writeBlock(value, blockIndent)}`;
}

function writeLongMember(name: string, value: unknown, indent: number): string {
  const place = { column: indent + 2, indent: indent + 2 };
  const key = writeString(name, { ...place, isKey: false });
  const text = isBlock(value) ? writeBlock(value, indent + 2) : writeInline(value, place);
  return `? ${key}${newLine(indent)}: ${text}`;
}

function newLine(indent: number): string {
  return `\n${' '.repeat(indent)}`;
}

function writeInline(value: unknown, place: { readonly column: number; readonly indent: number }): string {
  if (typeof value === 'string') return writeString(value, { ...place, isKey: false });
  if (typeof value === 'number') return writeNumber(value);
  return JSON.stringify(value ?? null);
}

// Go's `%g`: an exponent, of two digits at least, from the sixth digit on. Integers are written in full.
function writeNumber(value: number): string {
  if (Number.isInteger(value)) return JSON.stringify(value);
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
