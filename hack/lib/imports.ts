import { stripComments } from './strip-comments.ts';

/** One import in a source file. */
export interface Import {
  readonly specifier: string;
  /** Counted from 1. */
  readonly line: number;
}

// `import … from 'x'`, `export … from 'x'`, `import 'x'` and `import('x')`, also over several lines, in masked code.
const IMPORT = /(?<![\w.$])(?:(?:import|export)\s[^;'()]*?from\s*|import\s+|import\s*\(\s*)'(\d+)'/g;

/** Every static and dynamic import of a source, types included. */
export function importsOf(source: string): Import[] {
  const literals: string[] = [];
  // Strings are replaced by their number, so that code inside a string is not taken for code.
  const code = stripComments(source, (literal) => {
    literals.push(literal.slice(1, -1));
    return `'${literals.length - 1}'${literal.replaceAll(/[^\n]/g, '')}`;
  });
  return [...code.matchAll(IMPORT)].map((match) => ({
    specifier: literals[Number(match[1])] ?? '',
    line: code.slice(0, match.index + match[0].length).split('\n').length,
  }));
}
