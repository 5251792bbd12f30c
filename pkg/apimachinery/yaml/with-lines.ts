import type { Node } from 'yaml';
import { YAMLSyntaxError } from './parse.ts';

/** A YAML document that remembers where its members stand. */
export interface YAMLWithLines {
  readonly value: unknown;
  /** Line, from 1, of the member at a path of keys; of the nearest one above it when there is none. */
  lineOf(path: readonly string[]): number;
}

/** Decodes one YAML document for a file that people write. Throws a `YAMLSyntaxError` that names the line. */
export async function parseYAMLWithLines(text: string): Promise<YAMLWithLines> {
  const { isMap, isScalar, LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const [fault] = document.errors;
  if (fault !== undefined) {
    throw new YAMLSyntaxError(`line ${lines.linePos(fault.pos[0]).line}: ${fault.message}`);
  }
  return {
    value: document.toJS({ maxAliasCount: 100 }) as unknown,
    lineOf(path) {
      let node: unknown = document.contents;
      let offset = 0;
      for (const name of path) {
        if (!isMap(node)) break;
        const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === name);
        if (pair === undefined) break;
        offset = (pair.key as Node).range?.[0] ?? offset;
        node = pair.value;
      }
      return lines.linePos(offset).line;
    },
  };
}
