import type { LineCounter, YAMLParseError } from 'yaml';

/** Text that is not YAML, or cannot be turned into JSON. The message is upstream's where upstream has one. */
export class YAMLSyntaxError extends Error {
  override readonly name = 'YAMLSyntaxError';
}

interface Translation {
  readonly text: string;
  /** Upstream counts lines from 0 in errors of its parser, from 1 in those of its scanner. */
  readonly stage: 'parser' | 'scanner';
}

const translations: readonly (readonly [RegExp, Translation])[] = [
  [/^Flow sequence in block collection|^Flow map in block collection/, parser('did not find expected node content')],
  [/^Flow sequence .*must end/, parser("did not find expected ',' or ']'")],
  [/^Flow map .*must end/, parser("did not find expected ',' or '}'")],
  [/^All sequence items must start/, parser("did not find expected '-' indicator")],
  [/^All mapping items must start/, parser('did not find expected key')],
  [/^Unexpected /, parser('did not find expected <document start>')],
  [/^Nested mappings are not allowed/, scanner('mapping values are not allowed in this context')],
  [/^Implicit (?:map )?keys need to be/, scanner("could not find expected ':'")],
  [/^Missing closing/, scanner('found unexpected end of stream')],
  [/^Tabs are not allowed|reserved character/, scanner('found character that cannot start any token')],
];

function parser(text: string): Translation {
  return { text, stage: 'parser' };
}

function scanner(text: string): Translation {
  return { text, stage: 'scanner' };
}

/** Go's text for a syntax error that the library found. */
export function toSyntaxErrorText({ code, message, pos }: YAMLParseError, lines: LineCounter): string {
  if (code === 'RESOURCE_EXHAUSTION') return 'yaml: exceeded max depth';
  const found = translations.find(([pattern]) => pattern.test(message))?.[1];
  const line = Math.max(1, lines.linePos(pos[0]).line);
  const shown = found?.stage === 'parser' ? line - 1 : line;
  const isFirstLine = found?.stage === 'parser' ? shown === 0 : shown === 1;
  const where = isFirstLine ? '' : `line ${shown}: `;
  return `yaml: ${where}${found?.text ?? message.charAt(0).toLowerCase() + message.slice(1)}`;
}
