/** What stands in a recording for a part that was left out of it. */
const CUT = '…';

/** A recorded document, with what was cut from it taken from the answer, where that has something. */
export function fillCut(recorded: unknown, answered: unknown): unknown {
  if (recorded === CUT && answered !== undefined) return answered;
  if (!isContainer(recorded) || !isContainer(answered) || Array.isArray(recorded)) return recorded;
  return Object.fromEntries(Object.entries(recorded).map(([name, value]) => [name, fillCut(value, answered[name])]));
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object';
}
