import { compareUTF8 } from '../../../pkg/apimachinery/runtime/compare.ts';

/** Values by key, as ConfigMaps and Secrets hold them: text, or bytes in base64. */
export type DataValues = Readonly<Record<string, string>>;

/** Bytes in base64 as Go writes them: whatever was sent, without line breaks, one spelling for equal bytes. */
export function normaliseBytes(data: DataValues): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, toBase64(toBytes(value))]));
}

/** Joins bytes and text into bytes in the order of their keys, as Go writes maps; text wins. */
export function foldText(data: DataValues, text: DataValues): Record<string, string> {
  const folded = new Map(Object.entries(data));
  for (const [key, value] of Object.entries(text)) folded.set(key, toBase64(Buffer.from(value)));
  return Object.fromEntries([...folded].toSorted(([a], [b]) => compareUTF8(a, b)));
}

/** The bytes of a value in base64. */
export function toBytes(value: string): Buffer {
  return Buffer.from(value, 'base64');
}

/** How many values there are, for the `Data` column. */
export function countValues(...data: readonly (DataValues | undefined)[]): number {
  return data.reduce((count, values = {}) => count + Object.keys(values).length, 0);
}

function toBase64(bytes: Buffer): string {
  return bytes.toString('base64');
}
