import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { Decision, Verdict } from './verdict.ts';

/** What a verdict came to: a decision, or what it threw. */
export type Outcome = Decision | { readonly type: 'refuse'; readonly error: unknown };

/** Asks a verdict about a state. Does not throw or reject. */
export function judge(verdict: Verdict, current: KubernetesObject | undefined): Outcome | Promise<Outcome> {
  try {
    const decision = verdict(current);
    return decision instanceof Promise ? decision.catch(refuse) : decision;
  } catch (error) {
    return refuse(error);
  }
}

function refuse(error: unknown): Outcome {
  return { type: 'refuse', error };
}

/** A write that somebody waits for. */
export interface Request {
  readonly key: string;
  readonly verdict: Verdict;
  readonly resolve: (object: KubernetesObject) => void;
  readonly reject: (error: unknown) => void;
}

/** A write whose verdict is known for one state of the object. */
export interface Operation extends Request {
  readonly base: KubernetesObject | undefined;
  readonly outcome: Outcome;
}
