import type { ClusterRole } from '../../../../apis/rbac.authorization.k8s.io/v1/cluster-role-schema.ts';
import type { Role } from '../../../../apis/rbac.authorization.k8s.io/v1/role-schema.ts';
import type { BoundSubject } from './bound-subject.ts';
import type { PolicySource } from './policy-source.ts';
import { findRules } from './role-lookup.ts';
import { RuleTable } from './rule-table.ts';

/** What one subject is given, with the roles of a moment. */
interface Compiled {
  readonly clusterRoles: readonly ClusterRole[];
  readonly roles: readonly Role[];
  readonly table: RuleTable;
  /** Why bindings give nothing. */
  readonly errors: readonly string[];
}

/** What one subject is given by the bindings of one scope. Compiled when it is first asked for, and again when roles have changed. */
export class SubjectGrants {
  readonly bound: BoundSubject[] = [];
  readonly #namespace: string;
  #compiled: Compiled | undefined;

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  /** The rules that the subject is given now. */
  compiled(source: PolicySource): Compiled {
    const clusterRoles = source.clusterRoles.list();
    const roles = source.roles.listNamespace(this.#namespace);
    const known = this.#compiled;
    if (known !== undefined && known.clusterRoles === clusterRoles && known.roles === roles) return known;
    return (this.#compiled = { clusterRoles, roles, ...this.#compile(source) });
  }

  #compile(source: PolicySource): Pick<Compiled, 'table' | 'errors'> {
    const table = new RuleTable();
    const errors: string[] = [];
    for (const { binding } of this.bound) {
      try {
        const rules = findRules(source, binding.roleRef, this.#namespace);
        if (typeof rules === 'string') errors.push(rules);
        else for (const rule of rules) table.add(binding, rule);
      } catch (error) {
        // Somebody changed a file by hand: what the others give still holds.
        errors.push(`the role of ${JSON.stringify(binding.metadata.name)} cannot be read: ${String(error)}`);
      }
    }
    return { table, errors };
  }
}
