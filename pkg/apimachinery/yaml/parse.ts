import type * as YAML from 'yaml';
import { findDuplicateFields } from '../runtime/json-duplicates.ts';
import { findInexactNumber, isTooDeep } from '../runtime/json-limits.ts';
import { maxYAMLDepth, newNodeReader } from './read-node.ts';
import { toSyntaxErrorText, YAMLSyntaxError } from './syntax-error.ts';

export { YAMLSyntaxError } from './syntax-error.ts';

/** A decoded document. */
export interface DecodedYAML {
  readonly value: unknown;
  /** Texts about keys that appear twice, such as `line 5: key "a" already set in map`. The last one counts. */
  readonly duplicates: readonly string[];
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Decodes one YAML 1.1 document in UTF-8 into a JSON value, as upstream does: `y` and `on` are booleans, timestamps are strings, keys
 * become strings; a second document is ignored. Throws a `YAMLSyntaxError`.
 */
export async function decodeYAML(bytes: Uint8Array): Promise<DecodedYAML> {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch (error) {
    throw new YAMLSyntaxError('yaml: invalid leading UTF-8 octet', { cause: error });
  }
  return decodeText(text);
}

/** Parses one YAML 1.1 document into a JSON value. Throws a `YAMLSyntaxError`, for duplicate keys as well. */
export async function parseYAML(text: string): Promise<unknown> {
  const { value, duplicates } = await decodeText(text);
  if (duplicates.length > 0) throw new YAMLSyntaxError(toDuplicateKeysText(duplicates));
  return value;
}

/** Upstream's text about keys that appear twice; empty when there are none. */
export function toDuplicateKeysText(duplicates: readonly string[]): string {
  return duplicates.length === 0 ? '' : `yaml: unmarshal errors:\n  ${duplicates.join('\n  ')}`;
}

/** Tells whether bytes are JSON that is read as such, which takes a hundredth of the time that YAML takes. */
export function isQuicklyRead(bytes: Buffer): boolean {
  return tryParseJSON(bytes.toString('utf8')) !== undefined;
}

async function decodeText(text: string): Promise<DecodedYAML> {
  const json = tryParseJSON(text);
  if (json !== undefined) return { value: json, duplicates: [] };
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const document = parseDocument(yaml, text, lines);
  const [error] = document.errors;
  if (error !== undefined) throw new YAMLSyntaxError(toSyntaxErrorText(error, lines), { cause: error });
  const reader = newNodeReader({ yaml, lines });
  return { value: reader.read(document.contents), duplicates: reader.duplicates };
}

// kubectl sends JSON for YAML; reading it as what it is takes a hundredth of the time. Faults are left to the YAML parser to name.
function tryParseJSON(text: string): unknown {
  if (!/^[ \t\r\n]*\{/.test(text) || isTooDeep(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return findInexactNumber(text) === undefined && findDuplicateFields(text).length === 0 ? value : undefined;
  } catch {
    return undefined;
  }
}

// Scalars are read as text: which words are numbers or booleans is decided by Go's rules, not by the library's.
function parseDocument(yaml: typeof YAML, text: string, lines: YAML.LineCounter): YAML.Document.Parsed {
  const composer = new yaml.Composer({
    version: '1.1',
    schema: 'failsafe',
    uniqueKeys: false,
    // Made for each error there is, with a copy of its line: a hundred thousand errors in one line would take minutes.
    prettyErrors: false,
    logLevel: 'silent',
    lineCounter: lines,
  });
  const tokens = readTokens(yaml, text, lines);
  // Of an empty text one document is made all the same.
  const [document] = composer.compose(tokens, true, text.length) as Generator<YAML.Document.Parsed, void>;
  return document as YAML.Document.Parsed;
}

/** What `Parser.parse` of the library does, to the depth that is allowed: seconds of work may hang on what lies below. */
function* readTokens(yaml: typeof YAML, text: string, lines: YAML.LineCounter): Generator<YAML.CST.Token, void> {
  const parser = new yaml.Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const lexeme of new yaml.Lexer().lex(text)) {
    yield* parser.next(lexeme);
    // The document and a scalar stand on the stack as well; the reader counts exactly.
    if (parser.stack.length > maxYAMLDepth + 2) throw new YAMLSyntaxError('yaml: exceeded max depth');
  }
  yield* parser.end();
}
