import { posix } from 'node:path';
import { newBadRequest } from '../errors/constructors.ts';
import type { StatusError } from '../errors/status-error.ts';
import { decodeJSON, JSONSyntaxError } from './decode-json.ts';
import { findBase64Error } from './go-base64.ts';
import { isJSONObject } from './json.ts';
import { toGoJSONKind } from './json-kind.ts';

/** Where a list goes on. */
export interface ContinueToken {
  /** The revision at which the first page stood; -1 goes on at the latest one. */
  readonly revision: number;
  /** Key of the last object delivered, relative to the prefix that is listed, without a slash in front. */
  readonly lastKey: string;
}

const tokenVersion = 'meta.k8s.io/v1';

/** Makes the token of `metadata.continue`. Source: apiserver `pkg/storage/continue.go`. */
export function encodeContinue(revision: number, lastKey: string): string {
  // The zero character makes it the first possible key after the last one.
  const token = { v: tokenVersion, rv: revision, start: `/${lastKey}\u0000` };
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

/** Reads a token that a client sends back. Throws a 400 `StatusError`. */
export function decodeContinue(text: string): ContinueToken {
  const { v: version, rv: revision, start } = parseToken(text);
  if (version !== tokenVersion) {
    throw newInvalidToken(`server does not recognize this encoded version ${version}`);
  }
  if (revision === 0) {
    throw newInvalidToken(`incorrect encoded start resourceVersion (version ${tokenVersion})`);
  }
  if (start === '') throw newInvalidToken(`encoded start key empty (version ${tokenVersion})`);
  // A start such as `/../secrets` would leave the prefix that the client may list.
  const key = start.startsWith('/') ? start : `/${start}`;
  if (posix.normalize(key) !== key) throw newInvalidToken(start);
  return { revision, lastKey: key.slice(1).replace(/\0$/, '') };
}

interface TokenBody {
  v: string;
  rv: number;
  start: string;
}

function parseToken(text: string): TokenBody {
  const fault = findBase64Error(text, 'rawurl');
  if (fault !== undefined) throw newInvalidToken(fault);
  const value = parseBody(Buffer.from(text, 'base64url'));
  const body: TokenBody = { v: '', rv: 0, start: '' };
  if (value === null) return body;
  if (!isJSONObject(value)) throw newTypeFault(value, 'Go value of type storage.continueToken');
  const { v: version, rv: revision, start } = value;
  if (typeof version === 'string') body.v = version;
  else if (version !== undefined) throw newTypeFault(version, 'Go struct field continueToken.v of type string');
  if (Number.isSafeInteger(revision)) body.rv = revision as number;
  else if (revision !== undefined) throw newTypeFault(revision, 'Go struct field continueToken.rv of type int64');
  if (typeof start === 'string') body.start = start;
  else if (start !== undefined) throw newTypeFault(start, 'Go struct field continueToken.start of type string');
  return body;
}

function parseBody(bytes: Uint8Array): unknown {
  try {
    return decodeJSON(bytes).value;
  } catch (error) {
    if (error instanceof JSONSyntaxError) throw newInvalidToken(error.message);
    throw error;
  }
}

function newTypeFault(value: unknown, target: string): StatusError {
  return newInvalidToken(`json: cannot unmarshal ${toGoJSONKind(value)} into ${target}`);
}

function newInvalidToken(why: string): StatusError {
  return newBadRequest(`invalid continue token: continue key is not valid: ${why}`);
}
