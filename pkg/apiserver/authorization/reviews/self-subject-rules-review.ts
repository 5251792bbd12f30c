import type { SelfSubjectRulesReview } from '../../../../apis/authorization.k8s.io/v1/self-subject-rules-review-schema.ts';
import { newBadRequest } from '../../../apimachinery/errors/constructors.ts';
import type { Review } from '../../endpoints/handlers/review.ts';
import type { RuleResolver } from '../rule-resolver.ts';

const resourceMembers = ['verbs', 'apiGroups', 'resources', 'resourceNames'] as const;
const pathMembers = ['verbs', 'nonResourceURLs'] as const;

/** Answers with all that whoever asks may do in a namespace. Source: kubernetes `pkg/registry/authorization/selfsubjectrulesreview`. */
export function newSelfSubjectRulesReview(resolver: RuleResolver): Review<SelfSubjectRulesReview> {
  return {
    review({ kind, apiVersion, spec }, { user }) {
      const { namespace = '' } = spec;
      if (namespace === '') throw newBadRequest('no namespace on request');
      const { resourceRules, nonResourceRules, incomplete, error } = resolver.rulesFor(user, namespace);
      const status = {
        resourceRules: resourceRules.map((rule) => pick(rule, resourceMembers)),
        nonResourceRules: nonResourceRules.map((rule) => pick(rule, pathMembers)),
        incomplete,
        ...(error === '' ? {} : { evaluationError: error }),
      };
      // What was asked is not repeated, as upstream has it.
      return { kind, apiVersion, metadata: {}, spec: {}, status } as SelfSubjectRulesReview;
    },
  };
}

/** Members of a rule that say something, in the order of the wire. */
function pick<R extends object>(rule: R, members: readonly (keyof R)[]): R {
  const entries = members.map((member) => [member, rule[member]] as const);
  return Object.fromEntries(entries.filter(([, list]) => Array.isArray(list) && list.length > 0)) as R;
}
