import { isGoPrintable } from '../validation/go-string.ts';

const maxManagerBytes = 128;

/**
 * The manager on whose behalf a request writes: the `fieldManager` option, else what the `User-Agent` says up to the first slash,
 * without characters that cannot be printed, within 128 bytes. Empty when there is neither; such a manager is called `unknown`.
 */
export function toFieldManager(fieldManager: string | undefined, userAgent: string | undefined): string {
  if (fieldManager !== undefined && fieldManager !== '') return fieldManager;
  const [product = ''] = (userAgent ?? '').split('/');
  let manager = '';
  let bytes = 0;
  // Node reads header bytes as Latin-1; they are UTF-8 to upstream.
  for (const character of Buffer.from(product, 'latin1').toString('utf8')) {
    if (!isGoPrintable(character)) continue;
    bytes += Buffer.byteLength(character);
    if (bytes > maxManagerBytes) break;
    manager += character;
  }
  return manager;
}

/** The name under which a manager without a name appears. */
export function orUnknown(manager: string): string {
  return manager === '' ? 'unknown' : manager;
}
