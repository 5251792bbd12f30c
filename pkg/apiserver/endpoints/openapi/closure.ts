import type { Definition, Definitions } from './definition.ts';
import { childrenOf } from './definition.ts';
import type { PathItem } from './operation.ts';

/**
 * The definitions that the paths need, and those that these need: a document must not have a dangling reference, for old
 * clients reject it as a whole. Throws a `TypeError` for a name that nobody defines.
 */
export function toReachable(paths: readonly PathItem[], known: ReadonlyMap<string, Definition>): Definitions {
  const reached = new Map<string, Definition>();
  const visit = (name: string): void => {
    if (reached.has(name)) return;
    const definition = known.get(name);
    if (definition === undefined) throw new TypeError(`OpenAPI definition ${name} is referred to, but not defined`);
    reached.set(name, definition);
    visitReferences(definition, visit);
  };
  for (const operation of paths.flatMap((each) => each.operations)) {
    visit(operation.answer);
    if (operation.body !== undefined) visit(operation.body.definition);
  }
  return Object.fromEntries(reached);
}

function visitReferences(definition: Definition, visit: (name: string) => void): void {
  if (definition.$ref !== undefined) visit(definition.$ref);
  for (const child of childrenOf(definition)) visitReferences(child, visit);
}
