import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { KindDefinition } from '../../apimachinery/schema/kind-definition.ts';
import type { UserInfo } from '../user-info.ts';

/** A write as admission sees it (Go: `admission.Attributes`). */
export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly kind: KindDefinition;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  /** The new state; absent for a delete. A mutating hook may change it. */
  readonly object: KubernetesObject | undefined;
  /** The stored state; absent for a create. */
  readonly old: KubernetesObject | undefined;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** Adds a text to the `Warning` header. */
  readonly warn: (text: string) => void;
}

/** Decides over writes after authorization. Throws a `StatusError` to refuse. */
export interface AdmissionHook {
  readonly name: string;
  /** Changes `request.object`. Runs before validation. */
  mutate?(request: AdmissionRequest): void | Promise<void>;
  /** Accepts or refuses. Runs after validation, right before the write. */
  validate?(request: AdmissionRequest): void | Promise<void>;
}

/** Runs the mutating part of all hooks, in order. */
export async function runMutatingAdmission(hooks: readonly AdmissionHook[], request: AdmissionRequest): Promise<void> {
  for (const hook of hooks) await hook.mutate?.(request);
}

/** Runs the validating part of all hooks, in order. */
export async function runValidatingAdmission(
  hooks: readonly AdmissionHook[],
  request: AdmissionRequest,
): Promise<void> {
  for (const hook of hooks) await hook.validate?.(request);
}
