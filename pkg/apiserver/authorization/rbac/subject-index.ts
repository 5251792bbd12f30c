import type { AnyBinding } from '../../../../apis/rbac.authorization.k8s.io/v1/binding-validation.ts';
import { compareUTF8 } from '../../../apimachinery/runtime/compare.ts';
import type { UserInfo } from '../../user-info.ts';
import { type BoundSubject, toUserName } from './bound-subject.ts';
import { SubjectGrants } from './subject-grants.ts';

/** The bindings of one scope by those to whom they give something. Never changes. */
export class SubjectIndex {
  readonly #namespace: string;
  readonly #users = new Map<string, SubjectGrants>();
  readonly #groups = new Map<string, SubjectGrants>();

  /** Indexes the bindings of a namespace; for cluster role bindings that is empty. */
  constructor(bindings: readonly AnyBinding[], namespace: string) {
    this.#namespace = namespace;
    // Upstream has no order. Any that stays will do.
    const ordered = bindings.toSorted((a, b) => compareUTF8(b.metadata.name ?? '', a.metadata.name ?? ''));
    for (const [order, binding] of ordered.entries()) {
      const { subjects } = binding;
      // In a file that somebody changed by hand anything may stand.
      if (Array.isArray(subjects)) for (const subject of subjects) this.#add({ binding, subject, order });
    }
  }

  /** Calls back with what the user and each group of theirs is given, until an answer is not `undefined`. */
  find<R>(user: UserInfo, visit: (grants: SubjectGrants) => R | undefined): R | undefined {
    const own = this.#users.get(user.name);
    const found = own === undefined ? undefined : visit(own);
    if (found !== undefined || this.#groups.size === 0) return found;
    for (const group of user.groups) {
      const grants = this.#groups.get(group);
      const answer = grants === undefined ? undefined : visit(grants);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }

  /** The bindings that give the user something, each once, in their order. */
  bindingsOf(user: UserInfo): AnyBinding[] {
    const bound = new Map<number, AnyBinding>();
    this.find(user, (grants) => {
      for (const { order, binding } of grants.bound) bound.set(order, binding);
    });
    return [...bound].toSorted(([a], [b]) => a - b).map(([, binding]) => binding);
  }

  #add(bound: BoundSubject): void {
    const { subject } = bound;
    const userName = toUserName(subject, this.#namespace);
    if (userName !== undefined) this.#addTo(this.#users, userName, bound);
    else if (subject.kind === 'Group') this.#addTo(this.#groups, subject.name, bound);
  }

  #addTo(index: Map<string, SubjectGrants>, key: string, bound: BoundSubject): void {
    const grants = index.get(key) ?? new SubjectGrants(this.#namespace);
    index.set(key, grants);
    grants.bound.push(bound);
  }
}
