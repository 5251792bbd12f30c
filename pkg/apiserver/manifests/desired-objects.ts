import { parseAPIVersion } from '../../apimachinery/schema/group-version.ts';
import { isJSONObject } from '../../apimachinery/runtime/json.ts';
import { toStorageKey } from '../registry/key.ts';
import type { ServedStores } from '../registry/served-stores.ts';
import type { Store } from '../registry/store.ts';
import { type Manifest, ManifestError } from './manifest.ts';
import { parseManifests } from './parse-manifests.ts';
import type { FileContent } from './read-files.ts';

/** An object that should be as a manifest says. */
export interface DesiredObject {
  /** The same for every version in which the object can be written. */
  readonly key: string;
  readonly store: Store;
  readonly namespace: string;
  readonly name: string;
  readonly manifest: Manifest;
}

/** What a set of files asks for. */
export interface DesiredObjects {
  readonly objects: ReadonlyMap<string, DesiredObject>;
  readonly errors: readonly ManifestError[];
  /** Files that could not be understood as a whole: what came from them may still be wanted. */
  readonly doubtful: ReadonlySet<string>;
}

/** Finds out what files ask for. Of two manifests for one object the first counts. Never rejects. */
export async function findDesiredObjects(
  files: readonly FileContent[],
  stores: Pick<ServedStores, 'find'>,
): Promise<DesiredObjects> {
  const objects = new Map<string, DesiredObject>();
  const errors: ManifestError[] = [];
  const doubtful = new Set<string>();
  const fail = (error: ManifestError): void => {
    errors.push(error);
    doubtful.add(error.file);
  };
  for (const content of files) {
    if ('error' in content) {
      fail(new ManifestError({ file: content.file, line: 1 }, content.error.message, content.error));
      continue;
    }
    const parsed = await parseManifests(content.file, content.text);
    parsed.errors.forEach(fail);
    for (const manifest of parsed.manifests) {
      try {
        const desired = locate(manifest, stores);
        const first = objects.get(desired.key)?.manifest;
        if (first === undefined) objects.set(desired.key, desired);
        else fail(new ManifestError(manifest, `the same object as at ${first.file}:${first.line}, which counts`));
      } catch (error) {
        fail(error instanceof ManifestError ? error : new ManifestError(manifest, (error as Error).message, error));
      }
    }
  }
  return { objects, errors, doubtful };
}

function locate(manifest: Manifest, stores: Pick<ServedStores, 'find'>): DesiredObject {
  const { apiVersion, kind, metadata } = manifest.object;
  const at = (field: string) => ({ file: manifest.file, line: manifest.lineOf(field) });
  if (typeof apiVersion !== 'string' || apiVersion === '') throw new ManifestError(manifest, 'apiVersion is missing');
  if (typeof kind !== 'string' || kind === '') throw new ManifestError(manifest, 'kind is missing');
  const { name, namespace = '' } = isJSONObject(metadata) ? metadata : {};
  if (name === undefined || name === '') throw new ManifestError(at('metadata'), 'metadata.name is missing');
  if (typeof name !== 'string') {
    const fault = `metadata.name is no text but ${JSON.stringify(name)}: put it in quotes`;
    throw new ManifestError(at('metadata.name'), fault);
  }
  if (typeof namespace !== 'string') throw new ManifestError(at('metadata.namespace'), 'metadata.namespace is no text');
  const store = stores.find({ ...parseAPIVersion(apiVersion), kind });
  if (store === undefined) {
    throw new ManifestError(at('kind'), `there is no kind ${kind} of ${apiVersion} that this server stores`);
  }
  const isCluster = store.kind.scope === 'Cluster';
  if (isCluster && namespace !== '') {
    throw new ManifestError(at('metadata.namespace'), `${kind} is not in a namespace; leave metadata.namespace out`);
  }
  const place = { namespace: isCluster ? '' : namespace || 'default', name };
  return { key: toStorageKey(store.kind, place), store, ...place, manifest };
}
