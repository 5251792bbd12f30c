import { compareUTF8 } from '../runtime/compare.ts';
import { formatRequirement, type LabelRequirement, type LabelSet, matchesRequirement } from './requirement.ts';

/** A condition on the labels of objects (Go: `labels.Selector`). */
export interface LabelSelector {
  /** Sorted by key. None means that everything is selected. */
  readonly requirements: readonly LabelRequirement[];
  /** Whether everything is selected. */
  readonly isEmpty: boolean;
  /** Tells whether an object with these labels is selected. */
  matches(labels: LabelSet | undefined): boolean;
  /** The canonical text; parsing it gives the same selector. */
  toString(): string;
}

const noLabels: LabelSet = Object.freeze({});

/** The selector that asks for all of these requirements. */
export function newLabelSelector(requirements: readonly LabelRequirement[]): LabelSelector {
  const sorted = requirements.toSorted((a, b) => compareUTF8(a.key, b.key));
  return {
    requirements: sorted,
    isEmpty: sorted.length === 0,
    matches: (labels = noLabels) => sorted.every((each) => matchesRequirement(each, labels)),
    toString: () => sorted.map(formatRequirement).join(','),
  };
}

/** The selector that selects everything. */
export const everyLabel: LabelSelector = newLabelSelector([]);
