import { type GroupVersionResource, toAPIVersion } from '../../../pkg/apimachinery/schema/group-version.ts';
import { UsageError } from '../usage-error.ts';

/** Which of the own resources are served. */
export interface RuntimeConfig {
  isServed(resource: GroupVersionResource): boolean;
  /** Throws a `UsageError` for an entry that named nothing of what `isServed` was asked about. */
  checkKnown(): void;
}

const flag = '--runtime-config';

/** Without it there is no gateway. */
const indispensable = 'apiregistration.k8s.io';

/** Group/versions that are meant together; the later ones win. */
const ranges: readonly (readonly [key: string, pattern: RegExp])[] = [
  ['api/all', /^/],
  ['api/ga', /^v\d+$/],
  ['api/beta', /^v\d+beta\d+$/],
  ['api/alpha', /^v\d+alpha\d+$/],
];

/**
 * Reads `--runtime-config` in the syntax of kube-apiserver: `api/all=false,events.k8s.io/v1=true,/v1/pods=false`. The closest entry
 * counts, and what no entry names is served. Throws a `UsageError`. Source: apiserver `pkg/server/resourceconfig/helpers.go`.
 */
export function parseRuntimeConfig(text: string): RuntimeConfig {
  const entries = parseEntries(text);
  const unknown = new Set([...entries.keys()].filter((key) => !ranges.some(([range]) => range === key)));
  return {
    isServed({ group, version, resource }) {
      const versionKey = `${group}/${version}`;
      const keys = [`${versionKey}/${resource}`, versionKey];
      for (const key of keys) unknown.delete(key);
      if (group === indispensable) return true;
      const inRange = ranges.findLast(([key, pattern]) => entries.has(key) && pattern.test(version));
      return (
        keys.map((key) => entries.get(key)).find((each) => each !== undefined) ??
        entries.get(inRange?.[0] ?? '') ??
        true
      );
    },
    checkKnown() {
      const [first] = unknown;
      if (first === undefined) return;
      const [group = '', version = '', resource] = first.split('/');
      const name = toAPIVersion({ group, version });
      throw new UsageError(
        resource === undefined
          ? `${flag}: unknown api groups ${name}: this server serves no such group and version`
          : `${flag}: unknown resource ${resource} of ${name}`,
      );
    },
  };
}

function parseEntries(text: string): ReadonlyMap<string, boolean> {
  const entries = new Map<string, boolean>();
  for (const part of text.split(',')) {
    if (part === '') continue;
    const [given = '', value = ''] = part.split(/=(.*)/s).map((each) => each.trim());
    // The help of kube-apiserver has this name for the core group.
    const key = given === 'v1' ? '/v1' : given;
    const enabled = ranges.some(([range]) => range === key) ? parseRangeValue(key, value) : parseValue(key, value);
    checkKey(key, enabled);
    entries.set(key, enabled);
  }
  return entries;
}

function checkKey(key: string, enabled: boolean): void {
  const tokens = key.split('/');
  if (tokens.length < 2 || tokens.length > 3 || tokens[1] === '') {
    throw new UsageError(`${flag}: invalid key ${JSON.stringify(key)}: it must be <group>/<version>[/<resource>]`);
  }
  const [group = '', , resource = ''] = tokens;
  if (resource.toLowerCase() !== resource) {
    const rule = 'group/version/resource and resource is always lowercase plural';
    throw new UsageError(`${flag}: invalid key ${key}: ${rule}, not ${JSON.stringify(resource)}`);
  }
  if (group === indispensable && !enabled) {
    throw new UsageError(`${flag}: ${key} cannot be switched off: without it there is no gateway`);
  }
}

function parseRangeValue(key: string, value: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw new UsageError(`${flag}: invalid value ${key}=${value}: it must be true or false`);
}

const truths: readonly string[] = ['', '1', 't', 'T', 'TRUE', 'true', 'True'];
const lies: readonly string[] = ['0', 'f', 'F', 'FALSE', 'false', 'False'];

/** Go: `strconv.ParseBool`; no value at all is true. */
function parseValue(key: string, value: string): boolean {
  if (truths.includes(value)) return true;
  if (lies.includes(value)) return false;
  throw new UsageError(`${flag}: invalid value of ${key}: ${value}: it must be true or false`);
}
