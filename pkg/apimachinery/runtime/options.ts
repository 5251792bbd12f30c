import type { FieldSelector } from '../fields/selector.ts';
import type { LabelSelector } from '../labels/selector.ts';

/** What a list or watch request asks for (Go: `internalversion.ListOptions`). */
export interface ListOptions {
  readonly labelSelector: LabelSelector;
  readonly fieldSelector: FieldSelector;
  readonly watch: boolean;
  readonly allowWatchBookmarks: boolean;
  /** As sent; the empty string when absent. */
  readonly resourceVersion: string;
  /** As sent, so that validation can name a wrong one. */
  readonly resourceVersionMatch: string;
  readonly timeoutSeconds?: number;
  /** 0 or less is no limit. */
  readonly limit: number;
  readonly continue: string;
  readonly sendInitialEvents?: boolean;
}

/** What a get request asks for. */
export interface GetOptions {
  readonly resourceVersion: string;
}

/** Options of a create or update request. */
export interface WriteOptions {
  readonly dryRun: readonly string[];
  readonly fieldManager: string;
  /** As sent; the empty string means `Warn`. */
  readonly fieldValidation: string;
}

/** Options of a create request. */
export type CreateOptions = WriteOptions;

/** Options of an update request. */
export type UpdateOptions = WriteOptions;

/** Options of a patch request. */
export interface PatchOptions extends WriteOptions {
  readonly force?: boolean;
}

/** State that an object must have to be deleted. */
export interface Preconditions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** Options of a delete request, from its body or its query. */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: Preconditions;
  readonly orphanDependents?: boolean;
  readonly propagationPolicy?: string;
  readonly dryRun?: readonly string[];
  readonly ignoreStoreReadErrorWithClusterBreakingPotential?: boolean;
}

/** How strictly unknown and duplicate fields of a body are taken. */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';
