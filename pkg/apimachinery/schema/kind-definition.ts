import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { ProtobufMessage } from '../protobuf/message.ts';
import type { FieldError } from '../validation/field-error.ts';
import type { GroupVersion } from './group-version.ts';
import type { Schema } from './schema.ts';

/** A column of `kubectl get` (Go: `metav1.TableColumnDefinition` with the code that fills the cell). */
export interface PrinterColumn<T extends KubernetesObject = KubernetesObject> {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly description: string;
  /** Columns above 0 are shown with `-o wide` only. */
  readonly priority?: number;
  /** The cell: a JSON scalar, or `undefined` for nothing. `now` is in milliseconds since the epoch. */
  cell(object: T, now: number): string | number | boolean | null | undefined;
}

/**
 * How a kind differs from the generic one (Go: `rest.RESTCreateStrategy` and friends).
 *
 * Every hook is pure. `draft` is a private copy that the hook may change; nothing else may be touched.
 */
export interface Strategy<T extends KubernetesObject = KubernetesObject> {
  /** Fills in what a client may leave out. Runs on every decoded object, before validation. */
  applyDefaults?(draft: T): void;
  /** Drops what a client may not set on create. The generic part (metadata, status when it is a subresource) is done. */
  prepareForCreate?(draft: T): void;
  /** Restores what a client may not change on update. */
  prepareForUpdate?(draft: T, old: T): void;
  /** Same, for a write to the status subresource: `spec` is restored already. */
  prepareForStatusUpdate?(draft: T, old: T): void;
  /** Validates a new object. Structure (types, required members) has been checked by the schema. */
  validate?(object: T): FieldError[];
  /** Validates a changed object; `validate` is not called for it. Default: `validate`. */
  validateUpdate?(object: T, old: T): FieldError[];
  /** Validates a write to the status subresource. */
  validateStatusUpdate?(object: T, old: T): FieldError[];
  /** Texts for the `Warning` header of an accepted write. */
  warnings?(object: T, old: T | undefined): string[];
  /** Why a name (or with `prefix`, a generateName) is not acceptable: one text per fault. Default: DNS-1123 subdomain. */
  validateName?(name: string, prefix: boolean): string[];
}

/**
 * One version of one kind, as data. From it follow the routes, discovery, OpenAPI, structural validation, defaulting, tables
 * and list types. A kind learned at run time is the same value without a strategy.
 */
export interface KindDefinition<T extends KubernetesObject = KubernetesObject> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Plural, lower-case: the path segment. */
  readonly plural: string;
  readonly singular: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /**
   * Members beside `apiVersion`, `kind` and `metadata`. `$id` is the name of the OpenAPI definition; its description is the
   * kind's.
   */
  readonly schema: Schema & { readonly $id: string; readonly type: 'object' };
  /** How objects are written as protobuf; a kind without it is JSON and YAML only, as custom resources are upstream. */
  readonly protobuf?: ProtobufMessage;
  /** `status` is written through its own subresource only. */
  readonly statusSubresource?: boolean;
  /** Verbs served on the resource. Default: all of create, delete, deletecollection, get, list, patch, update, watch. */
  readonly verbs?: readonly Verb[];
  /** Columns after `Name`, or all of them when one is of the format `name`. Default: `Created At`, as upstream's default convertor has it. */
  readonly columns?: readonly PrinterColumn<T>[];
  /** Field selectors beside `metadata.name` and `metadata.namespace`. */
  readonly selectableFields?: { readonly [path: string]: (object: T) => string };
  /** PUT and PATCH-apply to a missing name create it. Default false. */
  readonly allowCreateOnUpdate?: boolean;
  /** PUT without resourceVersion means "last write wins". Default true, as for most kinds upstream. */
  readonly allowUnconditionalUpdate?: boolean;
  /** `metadata.generation` is 1 on create and grows when anything outside metadata and status changes. Default true. */
  readonly tracksGeneration?: boolean;
  readonly strategy?: Strategy<T>;
  /**
   * What Go writes of an object in which nothing is set, beside `metadata`: nobody owns it as such. Default: an empty `spec` and
   * `status`, where the schema has them.
   */
  readonly emptyMembers?: { readonly [member: string]: unknown };
  /** For a version that is served but not stored: which one is, perhaps of another group, and how objects get from one to the other. */
  readonly storedAs?: StoredVersion<T>;
}

/**
 * How objects of a version are stored as those of another (Go: conversion to the storage version). Pure: the argument is not changed
 * and is taken as valid; what comes out is the caller's. `apiVersion` and `kind` are set by the registry.
 */
export interface StoredVersion<T extends KubernetesObject = KubernetesObject> {
  /** Default: the group of the kind itself. Plural and kind are the same in both. */
  readonly group?: string;
  readonly version: string;
  toStored(object: T): KubernetesObject;
  fromStored(object: KubernetesObject): KubernetesObject;
}

/** The group/version in which objects of a kind are stored. */
export function toStoredGroupVersion({ group, version, storedAs }: StoredKind): GroupVersion {
  return storedAs === undefined ? { group, version } : { group: storedAs.group ?? group, version: storedAs.version };
}

/** As much of a kind as says how its objects are stored. */
export type StoredKind = Pick<KindDefinition, 'group' | 'version' | 'storedAs'>;

/** Verbs of a resource, as discovery and authorization name them. */
export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

/** All verbs of an ordinary resource, in the order of discovery. */
export const allVerbs: readonly Verb[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];

/** Verbs of a resource whose objects nobody makes: it is there for those who want to list and watch it. */
export const readOnlyVerbs: readonly Verb[] = ['get', 'list', 'watch'];
