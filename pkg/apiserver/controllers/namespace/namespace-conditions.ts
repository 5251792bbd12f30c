import type { ContentReport } from './namespaced-content.ts';

/** One thing that is known about the deletion of a namespace. */
export interface NamespaceCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly lastTransitionTime?: string;
  readonly reason?: string;
  readonly message?: string;
}

// Texts: kubernetes `pkg/controller/namespace/deletion/status_condition_utils.go`.

type Problem = Pick<NamespaceCondition, 'reason' | 'message'>;

interface ConditionType {
  readonly type: string;
  /** What is said when all is well. */
  readonly fine: Required<Problem>;
  readonly findProblem: (report: ContentReport) => Problem | undefined;
}

const conditionTypes: readonly ConditionType[] = [
  {
    type: 'NamespaceDeletionDiscoveryFailure',
    fine: { reason: 'ResourcesDiscovered', message: 'All resources successfully discovered' },
    findProblem: ({ undiscovered }) =>
      toProblem(
        undiscovered,
        'DiscoveryFailed',
        (all) =>
          `Discovery failed for some groups, ${all.length} failing: unable to retrieve the complete list of server APIs: ${all.join(', ')}`,
      ),
  },
  {
    type: 'NamespaceDeletionGroupVersionParsingFailure',
    fine: { reason: 'ParsedGroupVersions', message: 'All legacy kube types successfully parsed' },
    findProblem: () => undefined,
  },
  {
    type: 'NamespaceDeletionContentFailure',
    fine: {
      reason: 'ContentDeleted',
      message: 'All content successfully deleted, may be waiting on finalization',
    },
    findProblem: ({ failures }) =>
      toProblem(
        failures,
        'ContentDeletionFailed',
        (all) => `Failed to delete all resource types, ${all.length} remaining: ${all.join(', ')}`,
      ),
  },
  {
    type: 'NamespaceContentRemaining',
    fine: { reason: 'ContentRemoved', message: 'All content successfully removed' },
    findProblem: ({ remaining }) =>
      toProblem(
        remaining.map(({ group, resource, count }) => `${resource}.${group} has ${count} resource instances`),
        'SomeResourcesRemain',
        (all) => `Some resources are remaining: ${all.join(', ')}`,
      ),
  },
  {
    type: 'NamespaceFinalizersRemaining',
    fine: { reason: 'ContentHasNoFinalizers', message: 'All content-preserving finalizers finished' },
    findProblem: (report) =>
      toProblem(
        countFinalizers(report).map(([finalizer, count]) => `${finalizer} in ${count} resource instances`),
        'SomeFinalizersRemain',
        (all) => `Some content in the namespace has finalizers remaining: ${all.join(', ')}`,
      ),
  },
];

/**
 * The conditions that a report leads to, after those of others. What stays as it was keeps its time; the very same array comes back when
 * nothing changes. `now` is in RFC 3339.
 */
export function toNamespaceConditions(
  report: ContentReport,
  before: readonly NamespaceCondition[],
  now: string,
): readonly NamespaceCondition[] {
  let changed = false;
  const own = conditionTypes.map(({ type, fine, findProblem }): NamespaceCondition => {
    const problem = findProblem(report);
    const said = { ...(problem ?? fine), status: problem === undefined ? 'False' : 'True' } as const;
    const known = before.find((each) => each.type === type);
    if (known?.status === said.status && known.reason === said.reason && known.message === said.message) return known;
    changed = true;
    return {
      type,
      status: said.status,
      lastTransitionTime: now,
      reason: said.reason ?? '',
      message: said.message ?? '',
    };
  });
  const types = new Set(conditionTypes.map(({ type }) => type));
  return changed ? [...before.filter(({ type }) => !types.has(type)), ...own] : before;
}

/** Sorted, so that the same facts make the same text. */
function toProblem(
  facts: readonly string[],
  reason: string,
  toMessage: (sorted: readonly string[]) => string,
): Problem | undefined {
  return facts.length === 0 ? undefined : { reason, message: toMessage(facts.toSorted()) };
}

function countFinalizers({ remaining }: ContentReport): (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const [finalizer, count] of remaining.flatMap(({ finalizers }) => [...finalizers])) {
    counts.set(finalizer, (counts.get(finalizer) ?? 0) + count);
  }
  return [...counts];
}
