import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { relative } from 'node:path';
import { ROOT } from '../../lib/files.ts';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
  readonly positionTicks?: readonly { readonly line: number; readonly ticks: number }[];
}

interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Time spent in one function, in microseconds. */
export interface Cost {
  readonly place: string;
  /** In the function itself. */
  readonly own: number;
  /** In the function and all that it calls. */
  readonly total: number;
}

const rows = 40;

/** Prints where the processes spent their time: by what functions do themselves, and by what they and their callees do. */
export async function printProfiles(folder: string): Promise<void> {
  const files = (await readdir(folder).catch((): string[] => [])).filter((name) => name.endsWith('.cpuprofile'));
  for (const file of files) {
    const path = join(folder, file);
    const costs = toCosts(JSON.parse(await readFile(path, 'utf8')) as Profile);
    const idle = costs.filter(({ place }) => place === '(idle)').reduce((sum, { own }) => sum + own, 0);
    const busy = costs.reduce((sum, { own }) => sum + own, 0) - idle;
    console.log(`\n${path}: ${(busy / 1e6).toFixed(1)} s busy`);
    for (const by of ['own', 'total'] as const) {
      console.log(
        by === 'own' ? '\n  in the function itself' : '\n  with all that it calls, functions of this project',
      );
      const chosen = costs.filter(
        ({ place }) => place !== '(idle)' && (by === 'own' || /^(?:pkg|apis|cmd)\//.test(place)),
      );
      for (const cost of chosen.toSorted((a, b) => b[by] - a[by]).slice(0, rows)) {
        console.log(`  ${((cost[by] / busy) * 100).toFixed(1).padStart(5)} %  ${cost.place}`);
      }
    }
  }
}

/** Adds up the samples of a profile by function. */
export function toCosts({ nodes, samples, timeDeltas }: Profile): Cost[] {
  const own = new Map<number, number>();
  samples.forEach((id, at) => own.set(id, (own.get(id) ?? 0) + (timeDeltas[at] ?? 0)));
  const byID = new Map(nodes.map((node) => [node.id, node]));
  const costs = new Map<string, { place: string; own: number; total: number }>();
  const costAt = (node: ProfileNode): { place: string; own: number; total: number } => {
    const place = toPlace(node);
    const known = costs.get(place) ?? { place, own: 0, total: 0 };
    costs.set(place, known);
    return known;
  };
  // A function that calls itself counts once, where it is outermost.
  const visit = (node: ProfileNode, above: ReadonlySet<string>): number => {
    const cost = costAt(node);
    const mine = own.get(node.id) ?? 0;
    const below = new Set(above).add(cost.place);
    let total = mine;
    for (const child of node.children ?? []) {
      const next = byID.get(child);
      if (next !== undefined) total += visit(next, below);
    }
    cost.own += mine;
    if (!above.has(cost.place)) cost.total += total;
    return total;
  };
  const [root] = nodes;
  if (root !== undefined) visit(root, new Set());
  return [...costs.values()];
}

function toPlace({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const path = url.startsWith('file://') ? relative(ROOT, fileURLToPath(url)) : url;
  return `${path}:${lineNumber + 1} ${name}`;
}
