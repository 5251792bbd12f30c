import { createHash } from 'node:crypto';
import { parseKey, toByteString } from '../engine/key.ts';

/** The longest name that file systems take, in bytes. */
const nameLimit = 255;
const extension = '.json';

/** Where the object of a key is kept, relative to the directory, as segments: folders, then the file. */
export function toObjectPath(key: string): string[] {
  const { group, resource, namespace, name } = parseKey(key);
  const folders = [encodeSegment(group), encodeSegment(resource)];
  if (namespace !== undefined) folders.push(shorten(encodeFolder(namespace), ''));
  return [...folders, shorten(encodeSegment(name), extension)];
}

/** Where the object of a key is kept: a file below a directory, which is an absolute path. */
export function toObjectFile(directory: string, key: string): string {
  return `${directory}/${toObjectPath(key).join('/')}`;
}

/** Tells whether a file system would not take a path: the names of groups and resources are not cut. */
export function isTooLong(path: readonly string[]): boolean {
  return path.some((segment) => segment.length > nameLimit);
}

/** The group or resource that a folder stands for; `undefined` when the driver has not named it. */
export function tryDecodeFolder(folder: string): string | undefined {
  try {
    const segment = decodeURIComponent(folder);
    return encodeSegment(segment) === folder ? segment : undefined;
  } catch {
    // Not percent-encoding, so not ours.
    return undefined;
  }
}

/**
 * A name as a file system takes it. Upper case is encoded, because some file systems do not tell it from lower case; a dot in
 * front, because such names are hidden and `..` is not a name.
 */
function encodeSegment(segment: string): string {
  const encoded = /^[a-z0-9._-]*$/.test(segment) ? segment : toByteString(segment).replace(/[^a-z0-9._-]/g, encodeByte);
  return encoded.startsWith('.') ? `%2E${encoded.slice(1)}` : encoded;
}

/** A folder must not look like the file of an object. */
function encodeFolder(segment: string): string {
  const encoded = encodeSegment(segment);
  return encoded.endsWith(extension) ? `${encoded.slice(0, -extension.length)}%2Ejson` : encoded;
}

function encodeByte(byte: string): string {
  return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

/** Cuts a name that is too long; a hash keeps it distinct. `~` is in no other name, so that neither can be taken for the other. */
function shorten(encoded: string, suffix: string): string {
  if (encoded.length + suffix.length <= nameLimit) return encoded + suffix;
  const hash = createHash('sha256').update(encoded).digest('hex');
  return `${encoded.slice(0, 128)}~${hash}${suffix}`;
}
