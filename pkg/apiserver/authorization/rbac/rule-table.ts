import type { AnyBinding } from '../../../../apis/rbac.authorization.k8s.io/v1/binding-validation.ts';
import type { PolicyRule } from '../../../../apis/rbac.authorization.k8s.io/v1/policy-rule-schema.ts';
import type { RequestInfo } from '../../endpoints/request-info.ts';

/** A rule that a binding gives, ready to be asked. */
interface Grant {
  readonly binding: AnyBinding;
  /** `undefined`: any. */
  readonly verbs: ReadonlySet<string> | undefined;
  readonly apiGroups: ReadonlySet<string> | undefined;
  readonly resourceNames: ReadonlySet<string> | undefined;
}

/**
 * Rules by what they are about, so that a question meets only those that may answer it. Source of what matches: kubernetes
 * `plugin/pkg/auth/authorizer/rbac`.
 */
export class RuleTable {
  /** By `pods`, `pods/log`, or `scale` of any resource as `*` + `/scale`. */
  readonly #resources = new Map<string, Grant[]>();
  readonly #anyResource: Grant[] = [];
  readonly #urls = new Map<string, Grant[]>();
  readonly #urlPrefixes: (readonly [prefix: string, grant: Grant])[] = [];

  /** Adds a rule that a binding gives. Throws a `TypeError` for what is no rule. */
  add(binding: AnyBinding, rule: PolicyRule): void {
    const grant = newGrant(binding, rule);
    const { resources = [], nonResourceURLs = [] } = rule;
    if (resources.includes('*')) this.#anyResource.push(grant);
    else for (const resource of new Set(resources)) append(this.#resources, resource, grant);
    for (const url of nonResourceURLs) {
      if (url.endsWith('*')) this.#urlPrefixes.push([url.replace(/\*+$/, ''), grant]);
      append(this.#urls, url, grant);
    }
  }

  /** A binding that allows what is asked. */
  find(info: RequestInfo): AnyBinding | undefined {
    return (info.isResourceRequest ? this.#findForResource(info) : this.#findForURL(info))?.binding;
  }

  #findForResource(info: RequestInfo): Grant | undefined {
    const { resource, subresource } = info;
    const everywhere = firstFor(this.#anyResource, info);
    if (everywhere !== undefined || this.#resources.size === 0) return everywhere;
    if (subresource === '') return firstFor(this.#resources.get(resource), info);
    const exact = firstFor(this.#resources.get(`${resource}/${subresource}`), info);
    return exact ?? firstFor(this.#resources.get(`*/${subresource}`), info);
  }

  #findForURL({ path, verb }: RequestInfo): Grant | undefined {
    const exact = this.#urls.get(path)?.find(({ verbs }) => allows(verbs, verb));
    if (exact !== undefined) return exact;
    return this.#urlPrefixes.find(([prefix, { verbs }]) => path.startsWith(prefix) && allows(verbs, verb))?.[1];
  }
}

function newGrant(binding: AnyBinding, { verbs, apiGroups = [], resourceNames = [] }: PolicyRule): Grant {
  const names = resourceNames.length === 0 ? undefined : new Set(resourceNames);
  return { binding, verbs: toSet(verbs), apiGroups: toSet(apiGroups), resourceNames: names };
}

function toSet(values: readonly string[]): ReadonlySet<string> | undefined {
  return values.includes('*') ? undefined : new Set(values);
}

function firstFor(grants: readonly Grant[] | undefined, info: RequestInfo): Grant | undefined {
  if (grants === undefined) return undefined;
  for (const grant of grants) {
    const { verbs, apiGroups, resourceNames } = grant;
    if (allows(verbs, info.verb) && allows(apiGroups, info.apiGroup) && allows(resourceNames, info.name)) return grant;
  }
  return undefined;
}

function allows(values: ReadonlySet<string> | undefined, value: string): boolean {
  return values === undefined || values.has(value);
}

function append(index: Map<string, Grant[]>, key: string, grant: Grant): void {
  const grants = index.get(key);
  if (grants === undefined) index.set(key, [grant]);
  else grants.push(grant);
}
