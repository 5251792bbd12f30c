import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { assertPlace } from '../engine/key.ts';
import { toObjectPath, tryDecodeFolder } from './object-path.ts';

/** An object that was found in its file. */
export interface FoundObject {
  readonly key: string;
  readonly object: KubernetesObject;
  readonly revision: number;
}

/** Beyond this a revision is not believed: the next ones would leave the safe integers. */
const revisionLimit = 2 ** 52;

/**
 * Finds out which object a file holds. Answers with the rest of a sentence ("… is not an object") when it is none that the
 * driver would have written to this place. `path` is relative to the directory, as segments.
 */
export function parseObject(data: unknown, path: readonly string[]): FoundObject | string {
  if (!isKubernetesObject(data)) return 'is not a Kubernetes object';
  const revision = parseRevision(data.metadata.resourceVersion);
  if (revision === undefined) return 'has no valid metadata.resourceVersion';
  const key = tryToKey(data, path);
  if (key === undefined) return 'holds an object that does not belong there';
  return { key, object: data, revision };
}

function isKubernetesObject(data: unknown): data is KubernetesObject {
  if (!isRecord(data) || !isName(data['apiVersion']) || !isName(data['kind'])) return false;
  return isRecord(data['metadata']) && isName(data['metadata']['name']);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function parseRevision(text: unknown): number | undefined {
  if (typeof text !== 'string' || !/^[1-9]\d{0,15}$/.test(text)) return undefined;
  const revision = Number(text);
  return revision <= revisionLimit ? revision : undefined;
}

/** The key comes from the folders and the object; the file's name, which may be a hash, only has to agree with it. */
function tryToKey(object: KubernetesObject, path: readonly string[]): string | undefined {
  const group = tryDecodeFolder(path[0] ?? '');
  const resource = tryDecodeFolder(path[1] ?? '');
  if (group === undefined || resource === undefined) return undefined;
  const { namespace, name } = object.metadata;
  const key = [group, resource, ...(namespace ? [namespace] : []), name].join('/');
  try {
    assertPlace(key, object);
    return toObjectPath(key).join('/') === path.join('/') ? key : undefined;
  } catch {
    // A name that contains `/` makes no key.
    return undefined;
  }
}
