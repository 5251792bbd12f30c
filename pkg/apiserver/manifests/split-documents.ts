/** One of the documents of a file. */
export interface DocumentText {
  readonly text: string;
  /** Line of the file on which it begins, from 1. */
  readonly line: number;
}

/**
 * Splits YAML at `---`, which at the beginning of a line is never anything else, and JSON behind each object, as kubectl does.
 * Documents without content are left out.
 */
export function splitDocuments(text: string): DocumentText[] {
  const documents: DocumentText[] = [];
  let lines: string[] = [];
  let line = 1;
  const end = (): void => {
    const document = { text: lines.join('\n'), line };
    if (lines.some((each) => /^\s*[^\s#]/.test(each))) documents.push(...splitObjects(document));
    line += lines.length;
    lines = [];
  };
  for (const each of text.replace(/^\uFEFF/, '').split('\n')) {
    if (/^---(\s|$)/.test(each)) {
      end();
      // What follows the marker on its line belongs to the document: a comment, or its whole content.
      lines.push(each.slice(3));
    } else if (/^\.\.\.\s*$/.test(each)) {
      end();
      line++;
    } else lines.push(each);
  }
  end();
  return documents;
}

/** Objects in JSON that stand one behind the other. */
function splitObjects({ text, line }: DocumentText): DocumentText[] {
  if (!/^\s*\{/.test(text)) return [{ text, line }];
  const objects: DocumentText[] = [];
  let rest = text;
  let at = line;
  for (let length = findObjectEnd(rest); length > 0; length = findObjectEnd(rest)) {
    const object = rest.slice(0, length);
    objects.push({ text: object, line: at + countLines(/^\s*/.exec(object)?.[0] ?? '') });
    at += countLines(object);
    rest = rest.slice(length);
    if (!/^\s*\{/.test(rest)) break;
  }
  // Anything else behind an object is a fault, to be named by whoever parses it.
  if (/\S/.test(rest)) return [{ text, line }];
  return objects;
}

/** Length of the text up to the brace that closes its first object; 0 when there is none. */
function findObjectEnd(text: string): number {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/gs)) {
    if (token === '{') depth++;
    else if (token === '}' && --depth === 0) return index + 1;
  }
  return 0;
}

function countLines(text: string): number {
  return text.split('\n').length - 1;
}
