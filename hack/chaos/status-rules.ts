import { STATUS_CODES } from 'node:http';
import { parseYAML } from '../../pkg/apimachinery/yaml/parse.ts';
import type { HostileRequest } from './http-requests.ts';

/** An answer as it came. */
export interface Answer {
  /** 0 when there was none. */
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** Says what is wrong with an answer to a hostile request. */
export async function judgeAnswer(request: HostileRequest, answer: Answer): Promise<string[]> {
  const { status, contentType, text } = answer;
  // The client would not send it.
  if (
    status === 0 &&
    /ECONNRESET|EPIPE/.test(text) &&
    /[^\x20-\x7e]/.test(request.path + JSON.stringify(request.headers))
  )
    return [];
  if (status === 0)
    return /ERR_INVALID_CHAR|ERR_UNESCAPED|Invalid character|unescaped/.test(text) ? [] : [`no answer: ${text}`];
  if (status >= 200 && status < 300) return [];
  if (status < 400 || STATUS_CODES[status] === undefined) return [`status ${status}`];
  if (request.method === 'HEAD') return [];
  // A method that HTTP parsers do not know, or a head that is too long, never reaches the server.
  if (contentType === '' && (status === 400 || status === 431)) return [];
  // A body in Protobuf is looked at elsewhere.
  if (!/^application\/(json|yaml)/.test(contentType)) return status < 500 ? [] : [`status ${status} in ${contentType}`];
  const body = contentType.startsWith('application/yaml') ? await parseYAML(text) : tryParse(text);
  if (!isStatus(body)) return ['the body is no Status'];
  const faults: string[] = [];
  if (body.code !== status) faults.push(`Status.code is ${JSON.stringify(body.code)}`);
  if (typeof body.message !== 'string' || body.message === '') faults.push('there is no message');
  if (status >= 500 && !isUpstreamFailure(request, body))
    faults.push(`a failure of the server: ${String(body.message)}`);
  return faults;
}

interface StatusBody {
  readonly code?: unknown;
  readonly reason?: unknown;
  readonly message?: unknown;
}

function isStatus(value: unknown): value is StatusBody {
  if (value === null || typeof value !== 'object') return false;
  const { kind, apiVersion, status, metadata } = value as Record<string, unknown>;
  return kind === 'Status' && apiVersion === 'v1' && status === 'Failure' && typeof metadata === 'object';
}

/** Upstream answers some faults of clients with a 500 that has no reason, and one with a 504; clients know them so. */
function isUpstreamFailure({ method, path }: HostileRequest, { code, reason, message }: StatusBody): boolean {
  if (code === 504) return path.includes('resourceVersion') && String(message).includes('Too large resource version');
  if (code !== 500 || (reason !== undefined && reason !== '')) return false;
  return method === 'PATCH' || String(message).startsWith('resourceVersion should not be set');
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
