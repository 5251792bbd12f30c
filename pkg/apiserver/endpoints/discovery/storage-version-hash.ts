import { createHash } from 'node:crypto';
import type { GroupVersionKind } from '../../../apimachinery/schema/group-version.ts';

/**
 * Fingerprint of the version that objects of a resource are stored in: base64 of the first 8 bytes of the SHA-256 of
 * `group/version/kind` (Go: `discovery.StorageVersionHash`). Storage migrators compare it.
 */
export function toStorageVersionHash(gvk: GroupVersionKind): string {
  const digest = createHash('sha256').update(`${gvk.group}/${gvk.version}/${gvk.kind}`).digest();
  return digest.subarray(0, 8).toString('base64');
}
