/** One fenced block of a Markdown file. */
export interface Fence {
  /** What stands after the opening backticks, split at spaces: language first. */
  readonly info: readonly string[];
  readonly lines: readonly string[];
  /** Line of the first line of its content, counted from 1. */
  readonly line: number;
}

/** A piece of code in running text, or the target of a link. */
export interface Mention {
  readonly text: string;
  readonly line: number;
  readonly kind: 'code' | 'link';
}

/** The fenced blocks of a Markdown text, in order. */
export function fencesOf(markdown: string): Fence[] {
  const fences: Fence[] = [];
  const lines = markdown.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const opening = /^```(\S.*)?$/.exec(lines[at] ?? '');
    if (opening === null) continue;
    const end = lines.indexOf('```', at + 1);
    const last = end === -1 ? lines.length : end;
    fences.push({
      info: (opening[1] ?? '').split(/\s+/).filter(Boolean),
      lines: lines.slice(at + 1, last),
      line: at + 2,
    });
    at = last;
  }
  return fences;
}

/** Code spans and link targets outside of fenced blocks. */
export function mentionsOf(markdown: string): Mention[] {
  const prose = markdown.replaceAll(/^```[\s\S]*?^```$/gm, (block) => block.replaceAll(/[^\n]/g, ''));
  return [...prose.matchAll(/`([^`\n]+)`|\]\(([^)\s]+)\)/g)].map((match) => ({
    text: match[1] ?? match[2] ?? '',
    line: prose.slice(0, match.index).split('\n').length,
    kind: match[1] === undefined ? 'link' : 'code',
  }));
}
