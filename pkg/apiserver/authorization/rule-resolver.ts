import type { UserInfo } from '../user-info.ts';

/** What a user may do with resources, in the words of a rule (Go: `authorizer.ResourceRuleInfo`). */
export interface ResourceRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** What a user may do with paths, in the words of a rule. */
export interface NonResourceRule {
  readonly verbs: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** Everything that a user may do in a namespace, as far as it is known. */
export interface ResolvedRules {
  readonly resourceRules: readonly ResourceRule[];
  readonly nonResourceRules: readonly NonResourceRule[];
  /** There may be more. */
  readonly incomplete: boolean;
  /** What went wrong on the way; empty for nothing. */
  readonly error: string;
}

/** Tells what somebody may do (Go: `authorizer.RuleResolver`). */
export interface RuleResolver {
  /** Rules in a namespace, and those that hold everywhere. */
  rulesFor(user: UserInfo, namespace: string): ResolvedRules;
}
