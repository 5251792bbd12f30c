import type { ReviewedUser } from '../../../apis/authentication.k8s.io/v1/token-review-schema.ts';
import type { UserInfo } from '../user-info.ts';

/** A user as reviews tell of one: empty members left out, keys in order, as Go writes them. */
export function toReviewedUser({ name, uid, groups, extra }: UserInfo): ReviewedUser {
  const entries = Object.entries(extra).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...(name === '' ? {} : { username: name }),
    ...(uid === '' ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups: [...groups] }),
    ...(entries.length === 0 ? {} : { extra: Object.fromEntries(entries.map(([key, values]) => [key, [...values]])) }),
  };
}
