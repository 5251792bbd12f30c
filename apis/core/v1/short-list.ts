/** How many items of a list a cell of a table shows. */
const shown = 3;

/** A list as a cell of a table: the first few items, and how many there are more. */
export function toShortList(items: readonly string[]): string {
  const text = items.slice(0, shown).join(',');
  return items.length > shown ? `${text} + ${items.length - shown} more...` : text;
}
