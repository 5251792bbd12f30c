import { basename } from 'node:path';
import type { KubernetesObject, Unstructured } from '../../../apis/meta/v1/types.ts';
import { isStatusError, type StatusError } from '../../apimachinery/errors/status-error.ts';
import { isJSONObject, type JSONObject } from '../../apimachinery/runtime/json.ts';
import { pruneObject } from '../../apimachinery/validation/prune.ts';
import { newControllerWrite } from '../controllers/controller.ts';
import { applyDefaults } from '../registry/apply-defaults.ts';
import type { DesiredObject } from './desired-objects.ts';
import { type Manifest, ManifestError } from './manifest.ts';

/** Marks objects that came from manifests: those of which the manifest has gone are deleted. */
export const ownerLabel = 'manifests.tributary.dev/owner';
/** Name of the file that an object came from. */
export const sourceAnnotation = 'manifests.tributary.dev/source';

/** As what manifests are written, and whose fields they are. */
export const manifestsName = 'manifests';

/** The faults of a manifest itself: trying again changes nothing before the file does. */
const lasting: ReadonlySet<string> = new Set(['Invalid', 'BadRequest', 'NotAcceptable', 'MethodNotAllowed']);

/** How server-side apply names a field of another type; upstream answers with 500, although the manifest is at fault. */
const untypedField = /^failed to create typed patch object \([^)]*\): \.?([\w.-]+)/;

/** What the label says, and where warnings go. */
export interface ApplyOptions {
  readonly owner: string;
  readonly onWarning: (warning: ManifestError) => void;
}

/** How an apply ended. */
export type ApplyResult =
  | { readonly kind: 'applied'; readonly changed: boolean }
  /** The manifest is at fault. */
  | { readonly kind: 'refused'; readonly error: ManifestError };

/** Makes an object what its manifest says, by server-side apply. Rejects with a `ManifestError` when it is worth trying again. */
export async function applyManifest(desired: DesiredObject, { owner, onWarning }: ApplyOptions): Promise<ApplyResult> {
  const { store, namespace, name, manifest } = desired;
  const { kind } = store;
  const write = {
    ...newControllerWrite(manifestsName),
    warn: (text: string): void => onWarning(new ManifestError(manifest, text)),
  };
  const decode = (merged: KubernetesObject): KubernetesObject => {
    const object = pruneObject(merged as Unstructured, kind.schema);
    const { managedFields } = merged.metadata;
    if (managedFields !== undefined) object.metadata.managedFields = managedFields;
    applyDefaults(object, kind);
    return object;
  };
  const config = toConfig(desired, owner);
  try {
    const before = await store.get({ namespace, name }).catch(() => undefined);
    // What a person changed since is set right: the files are what this gateway begins with.
    const { object } = await store.apply({ namespace, name, subresource: '', config, force: true, decode }, write);
    return { kind: 'applied', changed: object.metadata.resourceVersion !== before?.metadata.resourceVersion };
  } catch (error) {
    const located = locate(manifest, error);
    if (isLasting(error)) return { kind: 'refused', error: located };
    throw located;
  }
}

function toConfig({ manifest: { file, object }, namespace, name }: DesiredObject, owner: string): JSONObject {
  const metadata = isJSONObject(object['metadata']) ? object['metadata'] : {};
  const { labels, annotations } = metadata;
  return {
    ...object,
    metadata: {
      ...metadata,
      name,
      ...(namespace === '' ? {} : { namespace }),
      labels: { ...(isJSONObject(labels) ? labels : {}), [ownerLabel]: owner },
      annotations: { ...(isJSONObject(annotations) ? annotations : {}), [sourceAnnotation]: basename(file) },
    },
  };
}

/** At the line of the first field that is at fault, if it is one. */
function locate(manifest: Manifest, error: unknown): ManifestError {
  const message = error instanceof Error ? error.message : String(error);
  const field = isStatusError(error) ? firstField(error) : undefined;
  const line = field === undefined ? manifest.line : manifest.lineOf(field);
  return new ManifestError({ file: manifest.file, line }, message, error);
}

function isLasting(error: unknown): boolean {
  if (!isStatusError(error)) return false;
  return lasting.has(error.status.reason ?? '') || untypedField.test(error.message);
}

function firstField({ status, message }: StatusError): string | undefined {
  const untyped = untypedField.exec(message)?.[1];
  return untyped ?? status.details?.causes?.find(({ field }) => field !== undefined && field !== '')?.field;
}
