/** An API group (empty for the core group) and a version of it. */
export interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

/** A group, version and kind. */
export interface GroupVersionKind extends GroupVersion {
  readonly kind: string;
}

/** A group, version and plural resource name. */
export interface GroupVersionResource extends GroupVersion {
  readonly resource: string;
}

/** The group and plural resource name that error texts speak of. */
export interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

/** `group/version`, or the bare version for the core group: the wire's `apiVersion`. */
export function toAPIVersion(gv: GroupVersion): string {
  return gv.group === '' ? gv.version : `${gv.group}/${gv.version}`;
}

/** Splits an `apiVersion`. Throws a `TypeError` when it has more than one slash. */
export function parseAPIVersion(apiVersion: string): GroupVersion {
  const parts = apiVersion.split('/');
  if (parts.length === 1) return { group: '', version: apiVersion };
  const [group = '', version = ''] = parts;
  if (parts.length > 2) throw new TypeError(`unexpected GroupVersion string: ${apiVersion}`);
  return { group, version };
}

/** `resource.group`, or the bare resource for the core group. */
export function toQualifiedResource(gr: GroupResource): string {
  return gr.group === '' ? gr.resource : `${gr.resource}.${gr.group}`;
}

/** URL prefix of a group/version: `/api/v1` or `/apis/<group>/<version>`. */
export function toAPIPath(gv: GroupVersion): string {
  return gv.group === '' ? `/api/${gv.version}` : `/apis/${gv.group}/${gv.version}`;
}
