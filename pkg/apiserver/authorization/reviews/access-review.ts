import type { AccessReviewStatus } from '../../../../apis/authorization.k8s.io/v1/access-review-status-schema.ts';
import {
  validateLocalSubjectAccessReview,
  validateSelfSubjectAccessReview,
  validateSubjectAccessReview,
} from '../../../../apis/authorization.k8s.io/v1/access-review-validation.ts';
import type {
  NonResourceAttributes,
  ResourceAttributes,
} from '../../../../apis/authorization.k8s.io/v1/attributes-schema.ts';
import type { LocalSubjectAccessReview } from '../../../../apis/authorization.k8s.io/v1/local-subject-access-review-schema.ts';
import type { SelfSubjectAccessReview } from '../../../../apis/authorization.k8s.io/v1/self-subject-access-review-schema.ts';
import type { SubjectAccessReview } from '../../../../apis/authorization.k8s.io/v1/subject-access-review-schema.ts';
import { newInvalid } from '../../../apimachinery/errors/constructors.ts';
import type { FieldError } from '../../../apimachinery/validation/field-error.ts';
import type { Logger } from '../../../component/logs/logger.ts';
import type { Review } from '../../endpoints/handlers/review.ts';
import type { RequestInfo } from '../../endpoints/request-info.ts';
import type { UserInfo } from '../../user-info.ts';
import { toPathInfo, toResourceInfo } from '../attributes.ts';
import type { Authorizer } from '../authorizer.ts';
import { findSelectorErrors } from './selector-errors.ts';

/** What access reviews are answered with. */
export interface AccessReviewOptions {
  /** The one that decides over requests, too. */
  readonly authorizer: Authorizer;
  readonly logger: Logger;
}

/** Answers whether somebody may do something. */
export function newSubjectAccessReview(options: AccessReviewOptions): Review<SubjectAccessReview> {
  return {
    async review(object) {
      throwFaults(validateSubjectAccessReview(object));
      return { ...object, status: await decide(options, toUser(object.spec), object.spec) };
    },
  };
}

/** Answers whether somebody may do something in the namespace that was asked. */
export function newLocalSubjectAccessReview(options: AccessReviewOptions): Review<LocalSubjectAccessReview> {
  return {
    async review(object) {
      throwFaults(validateLocalSubjectAccessReview(object));
      return { ...object, status: await decide(options, toUser(object.spec), object.spec) };
    },
  };
}

/** Answers whether whoever asks may do something. */
export function newSelfSubjectAccessReview(options: AccessReviewOptions): Review<SelfSubjectAccessReview> {
  return {
    async review(object, { user }) {
      throwFaults(validateSelfSubjectAccessReview(object));
      return { ...object, status: await decide(options, user, object.spec) };
    },
  };
}

function throwFaults(faults: readonly FieldError[]): void {
  // Upstream does not know the kind here any more.
  if (faults.length > 0) throw newInvalid({ group: 'authorization.k8s.io', kind: '' }, '', faults);
}

function toUser({ user = '', uid = '', groups = [], extra = {} }: SubjectAccessReview['spec']): UserInfo {
  return { name: user, uid, groups, extra };
}

interface Target {
  readonly resourceAttributes?: ResourceAttributes;
  readonly nonResourceAttributes?: NonResourceAttributes;
}

async function decide(
  { authorizer, logger }: AccessReviewOptions,
  user: UserInfo,
  target: Target,
): Promise<AccessReviewStatus> {
  const selectorErrors = findSelectorErrors(target.resourceAttributes ?? {});
  try {
    const { verdict, reason } = await authorizer.authorize({ user, info: toInfo(target) });
    return {
      allowed: verdict === 'allow',
      ...(verdict === 'deny' ? { denied: true } : {}),
      ...(reason === '' ? {} : { reason }),
      ...toEvaluationError(selectorErrors),
    };
  } catch (error) {
    logger.error('an access review could not be decided', { user: user.name, err: error });
    return { allowed: false, ...toEvaluationError(['the decision failed; see the server log', ...selectorErrors]) };
  }
}

function toEvaluationError(errors: readonly string[]): { evaluationError?: string } {
  return errors.length === 0 ? {} : { evaluationError: errors.join('; ') };
}

function toInfo({ resourceAttributes, nonResourceAttributes }: Target): RequestInfo {
  if (resourceAttributes === undefined) {
    const { path = '', verb = '' } = nonResourceAttributes ?? {};
    return toPathInfo({ path, verb });
  }
  const { verb = '', group = '', version = '', resource = '' } = resourceAttributes;
  const { subresource = '', namespace = '', name = '' } = resourceAttributes;
  const place = { resource, subresource, namespace, name };
  return toResourceInfo({ verb, group, version: version === '' ? '*' : version, ...place });
}
