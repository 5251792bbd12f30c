import { isJSONObject } from '../../apimachinery/runtime/json.ts';
import { parseYAML } from '../../apimachinery/yaml/parse.ts';
import { parseYAMLWithLines, type YAMLWithLines } from '../../apimachinery/yaml/with-lines.ts';
import { type Manifest, ManifestError } from './manifest.ts';
import { type DocumentText, splitDocuments } from './split-documents.ts';

/** What a file holds. */
export interface ParsedFile {
  readonly manifests: readonly Manifest[];
  /** One for each document that cannot be read; the others are there all the same. */
  readonly errors: readonly ManifestError[];
}

/** Reads the manifests of a file in YAML or JSON: several documents, and lists of objects. Never rejects. */
export async function parseManifests(file: string, text: string): Promise<ParsedFile> {
  const manifests: Manifest[] = [];
  const errors: ManifestError[] = [];
  for (const document of splitDocuments(text)) {
    try {
      manifests.push(...(await parseDocument(file, document)));
    } catch (error) {
      errors.push(error instanceof ManifestError ? error : toError(file, document, error));
    }
  }
  return { manifests, errors };
}

async function parseDocument(file: string, { text, line }: DocumentText): Promise<Manifest[]> {
  const lines = await parseYAMLWithLines(text);
  // By Go's rules of what is a boolean and what is a number, as kubectl would read it.
  const value = await parseYAML(text);
  const toLine = (path: readonly string[]): number => line + lines.lineOf(path) - 1;
  if (value === null || value === undefined) return [];
  if (!isJSONObject(value)) throw new ManifestError({ file, line }, 'a manifest is an object with apiVersion and kind');
  const { kind, items } = value;
  if (kind === 'List' && Array.isArray(items)) {
    return items.map((item: unknown) => {
      const where = { file, line: toLine(['items']) };
      if (!isJSONObject(item)) throw new ManifestError(where, 'a list holds something else than objects');
      return { ...where, object: item, lineOf: () => where.line };
    });
  }
  return [{ file, line: firstLine(lines, line), object: value, lineOf: (field) => toLine(toPath(field)) }];
}

/** Where the content begins: comments come before it. */
function firstLine(lines: YAMLWithLines, line: number): number {
  return line + lines.lineOf(['apiVersion']) - 1;
}

/** `spec.ports[0].name` as a path of keys; lists are not gone into. */
function toPath(field: string): string[] {
  return (field.split('[', 1)[0] ?? '').split('.');
}

/** The YAML library and its translation count lines from the beginning of the document. */
function toError(file: string, { line }: DocumentText, error: unknown): ManifestError {
  const message = error instanceof Error ? error.message : String(error);
  const [, before = '', within, fault = ''] = /^(.*?)line (\d+): (.*)$/s.exec(message) ?? [];
  if (within === undefined) return new ManifestError({ file, line }, message, error);
  return new ManifestError({ file, line: line + Number(within) - 1 }, `${before}${fault}`, error);
}
