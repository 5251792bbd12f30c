import type { AnyBinding } from '../../../../apis/rbac.authorization.k8s.io/v1/binding-validation.ts';
import type { PolicyRule } from '../../../../apis/rbac.authorization.k8s.io/v1/policy-rule-schema.ts';
import type { UserInfo } from '../../user-info.ts';
import type { AuthorizationRequest, Authorizer, Decision } from '../authorizer.ts';
import type { ResolvedRules, RuleResolver } from '../rule-resolver.ts';
import { describeBinding } from './bound-subject.ts';
import type { PolicySource } from './policy-source.ts';
import { findRules } from './role-lookup.ts';
import { SubjectIndex } from './subject-index.ts';

/** Rules that a user holds. */
export interface HeldRules {
  readonly rules: readonly PolicyRule[];
  /** Why bindings give nothing. */
  readonly errors: readonly string[];
}

const noOpinion: Decision = { verdict: 'no-opinion', reason: '' };

/**
 * Allows what roles and bindings give, and denies nothing (Go: `RBACAuthorizer`). Decides at once, from what is in memory: an index by
 * subject that never changes and is made anew for the bindings of a scope when one of them has changed.
 */
export class RBACAuthorizer implements Authorizer, RuleResolver {
  readonly #source: PolicySource;
  /** By the array of bindings that an index was made of, so that it goes with it. */
  readonly #indexes = new WeakMap<readonly AnyBinding[], SubjectIndex>();

  constructor(source: PolicySource) {
    this.#source = source;
  }

  /** Throws a `TypeError` for stored roles and bindings that are none: nobody is let in by a guess. */
  authorize({ user, info }: AuthorizationRequest): Decision {
    const find = (index: SubjectIndex): AnyBinding | undefined =>
      index.find(user, (grants) => grants.compiled(this.#source).table.find(info));
    const everywhere = find(this.#clusterIndex());
    if (everywhere !== undefined) return new Allowed(everywhere, user);
    const local = info.namespace === '' ? undefined : this.#indexOf(info.namespace);
    const here = local === undefined ? undefined : find(local);
    return here === undefined ? this.#noOpinion(user, local) : new Allowed(here, user);
  }

  rulesFor(user: UserInfo, namespace: string): ResolvedRules {
    const { rules, errors } = this.held(user, namespace);
    return {
      resourceRules: rules.filter(({ resources = [] }) => resources.length > 0),
      nonResourceRules: rules.filter(({ nonResourceURLs = [] }) => nonResourceURLs.length > 0),
      incomplete: false,
      error: joinErrors(errors),
    };
  }

  /** The rules of all roles that a user has in a namespace and everywhere; without a namespace, of cluster role bindings only. */
  held(user: UserInfo, namespace: string): HeldRules {
    const rules: PolicyRule[] = [];
    const errors: string[] = [];
    const collect = (binding: AnyBinding): void => {
      const found = findRules(this.#source, binding.roleRef, binding.metadata.namespace ?? '');
      if (typeof found === 'string') errors.push(found);
      else rules.push(...found);
    };
    for (const binding of this.#clusterIndex().bindingsOf(user)) collect(binding);
    if (namespace !== '') for (const binding of this.#indexOf(namespace)?.bindingsOf(user) ?? []) collect(binding);
    return { rules, errors };
  }

  /** Bindings that should have given something are told, and nothing else is. */
  #noOpinion(user: UserInfo, local: SubjectIndex | undefined): Decision {
    let errors: string[] | undefined;
    for (const index of [this.#clusterIndex(), local]) {
      index?.find(user, (grants) => {
        const { errors: own } = grants.compiled(this.#source);
        if (own.length > 0) (errors ??= []).push(...own);
      });
    }
    return errors === undefined ? noOpinion : { verdict: 'no-opinion', reason: `RBAC: ${joinErrors(errors)}` };
  }

  #clusterIndex(): SubjectIndex {
    return this.#index(this.#source.clusterRoleBindings.list(), '');
  }

  #indexOf(namespace: string): SubjectIndex | undefined {
    const bindings = this.#source.roleBindings.listNamespace(namespace);
    return bindings.length === 0 ? undefined : this.#index(bindings, namespace);
  }

  #index(bindings: readonly AnyBinding[], namespace: string): SubjectIndex {
    const known = this.#indexes.get(bindings);
    if (known !== undefined) return known;
    const index = new SubjectIndex(bindings, namespace);
    this.#indexes.set(bindings, index);
    return index;
  }
}

/** An answer whose reason is put into words only for those who read it. */
class Allowed implements Decision {
  readonly verdict = 'allow';
  readonly #binding: AnyBinding;
  readonly #user: UserInfo;

  constructor(binding: AnyBinding, user: UserInfo) {
    this.#binding = binding;
    this.#user = user;
  }

  get reason(): string {
    return `RBAC: allowed by ${describeBinding(this.#binding, this.#user)}`;
  }
}

/** Several errors as Go joins them: each once. Source: apimachinery `pkg/util/errors`. */
export function joinErrors(errors: readonly string[]): string {
  const [first = '', ...others] = new Set(errors);
  return others.length === 0 ? first : `[${[first, ...others].join(', ')}]`;
}
