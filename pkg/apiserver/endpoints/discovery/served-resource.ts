import type { KindDefinition, Verb } from '../../../apimachinery/schema/kind-definition.ts';
import { allVerbs } from '../../../apimachinery/schema/kind-definition.ts';
import { compareText } from './compare-text.ts';

/** A path segment that a kind is served under: the resource itself or one of its subresources. */
export interface ServedResource {
  /** `widgets`, or `widgets/status` for a subresource. */
  readonly name: string;
  /** `status` for a subresource, absent for the resource. */
  readonly subresource?: string;
  readonly kind: KindDefinition;
  /** Sorted, as discovery has them. */
  readonly verbs: readonly Verb[];
}

const statusVerbs: readonly Verb[] = ['get', 'patch', 'update'];

/** Verbs served on the resource of a kind, sorted. */
export function toVerbs(kind: KindDefinition): readonly Verb[] {
  return kind.verbs === undefined ? allVerbs : kind.verbs.toSorted(compareText);
}

/** Everything that the kinds of one group/version are served under, sorted by name as discovery lists it. */
export function toServedResources(kinds: readonly KindDefinition[]): ServedResource[] {
  return kinds.flatMap(toServedResourcesOfKind).toSorted((a, b) => compareText(a.name, b.name));
}

function toServedResourcesOfKind(kind: KindDefinition): ServedResource[] {
  const resource: ServedResource = { name: kind.plural, kind, verbs: toVerbs(kind) };
  if (kind.statusSubresource !== true) return [resource];
  return [resource, { name: `${kind.plural}/status`, subresource: 'status', kind, verbs: statusVerbs }];
}
