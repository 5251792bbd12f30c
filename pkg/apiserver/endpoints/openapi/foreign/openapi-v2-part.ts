import { createHash } from 'node:crypto';
import type { JSONObject } from '../../../../apimachinery/runtime/json.ts';
import { compareText } from '../../discovery/compare-text.ts';
import { toGoJSON } from '../../discovery/go-json.ts';
import { gvkMember, type OpenAPIV2Source } from './openapi-v2-source.ts';
import { parseReference, toReference } from './references.ts';

/** Sections of a v2 document whose members are found by name. */
export type Section = 'definitions' | 'parameters';

/** JSON text in which names can still change: pieces of text with a named reference between each two. */
interface Template {
  readonly pieces: readonly string[];
  /** `<section>/<name>`. */
  readonly references: readonly string[];
}

/** A member of a section, ready to be merged. */
export interface NamedPart {
  readonly section: Section;
  readonly name: string;
  /** Equal for members that say the same, in themselves and in all that they refer to; whatever kinds they stand for. */
  readonly hash: string;
  readonly template: Template;
  /** JSON text of each kind that it stands for. */
  readonly kinds: readonly string[];
}

/** The v2 document of one server, prepared once for many merges. */
export interface OpenAPIV2Part {
  /** The members of `paths`, without the braces. */
  readonly paths: Template;
  /** By `<section>/<name>`. */
  readonly named: ReadonlyMap<string, NamedPart>;
}

/** Finds the final name of `<section>/<name>`; `undefined` where it keeps its own. */
export type Rename = (key: string) => string | undefined;

/** Prepares a source. All references must have targets in it. */
export function newOpenAPIV2Part({ paths, definitions, parameters }: OpenAPIV2Source): OpenAPIV2Part {
  const drafts = new Map<string, Draft>();
  for (const [section, members] of Object.entries({ definitions, parameters })) {
    for (const [name, member] of Object.entries(members)) {
      const { [gvkMember]: kinds, ...rest } = member as JSONObject;
      const text = toGoJSON(rest);
      drafts.set(`${section}/${name}`, {
        section: section as Section,
        name,
        text: hashOf(text),
        template: toTemplate(text),
        kinds: Array.isArray(kinds) ? kinds.map((kind) => toGoJSON(sortKind(kind))) : [],
      });
    }
  }
  const named = [...drafts].map(([key, draft]) => [key, { ...draft, hash: hashOf(closureOf(key, drafts)) }] as const);
  return { paths: toTemplate(toGoJSON(paths).slice(1, -1)), named: new Map(named) };
}

/** Text of a template, with the names that its references have now. */
export function renderTemplate({ pieces, references }: Template, rename: Rename): string {
  let text = pieces[0] ?? '';
  references.forEach((key, index) => {
    const [section, name] = splitKey(key);
    const reference = toReference(section, rename(key) ?? name);
    text += `"$ref":${toGoJSON(reference)}${pieces[index + 1] ?? ''}`;
  });
  return text;
}

/** Text of a member, with the kinds that it stands for. */
export function renderNamed({ template }: NamedPart, kinds: readonly string[], rename: Rename): string {
  const text = renderTemplate(template, rename);
  if (kinds.length === 0) return text;
  return `${text.slice(0, -1)}${text === '{}' ? '' : ','}"${gvkMember}":[${kinds.join(',')}]}`;
}

type Draft = Omit<NamedPart, 'hash'> & { readonly text: string };

const references = /"\$ref":"(#\/(?:definitions|parameters)\/(?:[^"\\]|\\.)*)"/g;

function toTemplate(text: string): Template {
  const pieces: string[] = [];
  const found: string[] = [];
  let end = 0;
  // A quote inside of a string is escaped, so that this matches members only.
  for (const match of text.matchAll(references)) {
    const [section, name, ...rest] = parseReference(JSON.parse(`"${match[1]}"`)) ?? [];
    if (section === undefined || name === undefined || rest.length > 0) continue;
    pieces.push(text.slice(end, match.index));
    found.push(`${section}/${name}`);
    end = match.index + match[0].length;
  }
  pieces.push(text.slice(end));
  return { pieces, references: found };
}

/** Everything that a member is made of, by name and text: two that agree in this mean the same, however they refer to each other. */
function closureOf(start: string, drafts: ReadonlyMap<string, Draft>): string {
  const reached = new Set([start]);
  for (const key of reached) for (const next of drafts.get(key)?.template.references ?? []) reached.add(next);
  return [...reached]
    .toSorted(compareText)
    .map((key) => `${key} ${drafts.get(key)?.text ?? ''}`)
    .join('\n');
}

function splitKey(key: string): [section: string, name: string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}

/** In the order that Go writes maps. */
function sortKind(kind: unknown): unknown {
  const { group = '', version = '', kind: name = '' } = kind as { group?: string; version?: string; kind?: string };
  return { group, kind: name, version };
}

function hashOf(text: string): string {
  return createHash('sha1').update(text).digest('base64url');
}
