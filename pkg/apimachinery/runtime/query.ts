import { newBadRequest } from '../errors/constructors.ts';
import { parseFieldSelector } from '../fields/parse.ts';
import { parseLabelSelector } from '../labels/parse.ts';
import { parseInt64 } from './go-int.ts';
import type { DeleteOptions, GetOptions, ListOptions, PatchOptions, WriteOptions } from './options.ts';

// Source: apimachinery `pkg/runtime/conversion.go`. The first value of a repeated parameter counts; unknown ones are ignored.

/** Options of a list or watch request. Throws a 400 `StatusError` for values that cannot be read. */
export function parseListOptions(query: URLSearchParams): ListOptions {
  const timeoutSeconds = optionalInteger(query, 'timeoutSeconds');
  const sendInitialEvents = optionalBoolean(query, 'sendInitialEvents');
  return {
    labelSelector: parseLabelSelector(text(query, 'labelSelector')),
    fieldSelector: parseFieldSelector(text(query, 'fieldSelector')),
    watch: optionalBoolean(query, 'watch') ?? false,
    allowWatchBookmarks: optionalBoolean(query, 'allowWatchBookmarks') ?? false,
    resourceVersion: text(query, 'resourceVersion'),
    resourceVersionMatch: text(query, 'resourceVersionMatch'),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    limit: optionalInteger(query, 'limit') ?? 0,
    continue: text(query, 'continue'),
    ...(sendInitialEvents === undefined ? {} : { sendInitialEvents }),
  };
}

/** Options of a get request. */
export function parseGetOptions(query: URLSearchParams): GetOptions {
  return { resourceVersion: text(query, 'resourceVersion') };
}

/** Options of a create or update request. */
export function parseWriteOptions(query: URLSearchParams): WriteOptions {
  return {
    dryRun: query.getAll('dryRun'),
    fieldManager: text(query, 'fieldManager'),
    fieldValidation: text(query, 'fieldValidation'),
  };
}

/** Options of a patch request. */
export function parsePatchOptions(query: URLSearchParams): PatchOptions {
  const force = optionalBoolean(query, 'force');
  return { ...parseWriteOptions(query), ...(force === undefined ? {} : { force }) };
}

/** Options of a delete request without a body. Throws a 400 `StatusError` for values that cannot be read. */
export function parseDeleteOptions(query: URLSearchParams): DeleteOptions {
  const gracePeriodSeconds = optionalInteger(query, 'gracePeriodSeconds');
  const orphanDependents = optionalBoolean(query, 'orphanDependents');
  const propagationPolicy = query.get('propagationPolicy');
  const ignore = optionalBoolean(query, 'ignoreStoreReadErrorWithClusterBreakingPotential');
  const dryRun = query.getAll('dryRun');
  return {
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(orphanDependents === undefined ? {} : { orphanDependents }),
    ...(propagationPolicy === null ? {} : { propagationPolicy }),
    ...(dryRun.length === 0 ? {} : { dryRun }),
    ...(ignore === undefined ? {} : { ignoreStoreReadErrorWithClusterBreakingPotential: ignore }),
  };
}

function text(query: URLSearchParams, name: string): string {
  return query.get(name) ?? '';
}

// Only `false` and `0` are false: `?watch`, `?watch=` and `?watch=no` all mean true.
function optionalBoolean(query: URLSearchParams, name: string): boolean | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  return value !== '0' && value.toLowerCase() !== 'false';
}

function optionalInteger(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  try {
    return parseInt64(value);
  } catch (error) {
    throw newBadRequest(error instanceof Error ? error.message : String(error), error);
  }
}
