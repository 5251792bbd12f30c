import { sortMembers } from '../discovery/compare-text.ts';
import { toGoJSON } from '../discovery/go-json.ts';
import { fnv64 } from './fnv.ts';
import { metaV1 } from './meta-definitions.ts';

/** A parameter in OpenAPI v2. */
export interface ParameterV2 {
  readonly uniqueItems?: true;
  readonly type?: string;
  readonly description?: string;
  readonly name: string;
  readonly in: 'query' | 'path' | 'body';
  readonly required?: true;
  readonly schema?: { readonly $ref: string };
}

/** kubectl up to 1.26 looks for these in the operation itself, to find out what the server can do. */
const lookedForInline: ReadonlySet<string> = new Set(['dryRun', 'fieldValidation']);

/**
 * Parameters that an OpenAPI v2 document lists once and refers to from its operations: all that do not speak of a kind.
 * Their names end in a hash of what they say, as upstream has it, so that documents of several servers merge well.
 */
export interface SharedParameters {
  /** The parameter itself, or a reference to it. */
  use(parameter: ParameterV2): object;
  /** What has been referred to so far, by name. */
  all(): { [name: string]: ParameterV2 };
}

/** Collects the shared parameters of one document. */
export function newSharedParameters(): SharedParameters {
  const shared = new Map<string, ParameterV2>();
  const namesByText = new Map<string, string>();
  return {
    use(parameter) {
      if (!isShareable(parameter)) return parameter;
      const text = toGoJSON(parameter);
      const name = namesByText.get(text) ?? toSharedName(parameter, text);
      namesByText.set(text, name);
      shared.set(name, parameter);
      return { $ref: `#/parameters/${name}` };
    },
    all: () => sortMembers(Object.fromEntries(shared)),
  };
}

function toSharedName(parameter: ParameterV2, text: string): string {
  return `${parameter.name}-${fnv64(Buffer.from(text)).toString('base64url').slice(0, 8)}`;
}

function isShareable({ name, schema }: ParameterV2): boolean {
  if (schema !== undefined) return schema.$ref.startsWith(`#/definitions/${metaV1}`);
  return name !== 'name' && !lookedForInline.has(name);
}
