import type { GroupVersionKind } from '../../../apimachinery/schema/group-version.ts';
import type { KindDefinition, Verb } from '../../../apimachinery/schema/kind-definition.ts';
import { allVerbs } from '../../../apimachinery/schema/kind-definition.ts';
import { compareText } from './compare-text.ts';

/** What a subresource is read and written as. Without a schema OpenAPI does not tell of it. */
export interface SubresourceKind extends GroupVersionKind {
  readonly schema?: KindDefinition['schema'];
}

/** A subresource beside `status`, as far as discovery and OpenAPI tell of it. */
export interface ServedSubresource {
  /** Path segment: `scale`. */
  readonly name: string;
  readonly verbs: readonly Verb[];
  /** Default: the kind that it is part of. */
  readonly kind?: SubresourceKind | undefined;
  /** It speaks a protocol of its own, of which OpenAPI cannot tell. */
  readonly connects?: boolean;
}

/** A kind with what is served below its objects beside `status`. */
export interface ServedKind extends KindDefinition {
  readonly subresources?: readonly ServedSubresource[];
}

/** A path segment that a kind is served under: the resource itself or one of its subresources. */
export interface ServedResource {
  /** `widgets`, or `widgets/status` for a subresource. */
  readonly name: string;
  /** `status` for a subresource, absent for the resource. */
  readonly subresource?: string;
  readonly kind: KindDefinition;
  /** What a subresource is read and written as, when that is not the kind. */
  readonly as?: SubresourceKind;
  /** Sorted, as discovery has them. */
  readonly verbs: readonly Verb[];
  /** Whether OpenAPI tells of it. */
  readonly documented: boolean;
}

const statusVerbs: readonly Verb[] = ['get', 'patch', 'update'];

/** Verbs served on the resource of a kind, sorted. */
export function toVerbs(kind: KindDefinition): readonly Verb[] {
  return kind.verbs === undefined ? allVerbs : kind.verbs.toSorted(compareText);
}

/** Everything that the kinds of one group/version are served under, sorted by name as discovery lists it. */
export function toServedResources(kinds: readonly ServedKind[]): ServedResource[] {
  return kinds.flatMap(toServedResourcesOfKind).toSorted((a, b) => compareText(a.name, b.name));
}

function toServedResourcesOfKind(kind: ServedKind): ServedResource[] {
  const resource = { name: kind.plural, kind, verbs: toVerbs(kind), documented: true };
  const status = kind.statusSubresource === true ? [{ name: 'status', verbs: statusVerbs }] : [];
  const subresources = [...status, ...(kind.subresources ?? [])].toSorted((a, b) => compareText(a.name, b.name));
  return [resource, ...subresources.map((each) => toServedSubresource(kind, each))];
}

function toServedSubresource(kind: ServedKind, { name, verbs, ...rest }: ServedSubresource): ServedResource {
  const { kind: as, connects = false } = rest;
  return {
    name: `${kind.plural}/${name}`,
    subresource: name,
    kind,
    ...(as === undefined ? {} : { as }),
    verbs: verbs.toSorted(compareText),
    documented: !connects && (as === undefined || as.schema !== undefined),
  };
}
