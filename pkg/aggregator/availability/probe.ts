import { isJSONObject } from '../../apimachinery/runtime/json.ts';
import { toAddress } from '../proxy/authority.ts';
import { BackendFailure } from '../proxy/backend-failure.ts';
import type { OwnResponse, Transport } from '../proxy/interface.ts';
import type { Verdict } from './interface.ts';

/** The gateway's own identity towards backends, as upstream has it. */
export const aggregatorIdentity: Readonly<Record<string, string>> = {
  'X-Remote-User': 'system:kube-aggregator',
  'X-Remote-Group': 'system:masters',
};

/** A list of resources is a few hundred bytes each. */
const maxBodyBytes = 4 * 1024 * 1024;

/** One question to a backend. */
export interface ProbeRequest {
  readonly path: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What a probe found: a verdict, and whether the backend gave any answer at all. */
export interface ProbeResult {
  readonly verdict: Verdict;
  readonly answered: boolean;
  /** Whether the answer came over a connection that had carried others before; absent where that is not known. */
  readonly reused?: boolean | undefined;
}

/** Asks a backend for the discovery document of a group/version, on the way that requests take. Never rejects. */
export async function probe(transport: Transport, request: ProbeRequest): Promise<ProbeResult> {
  const headers = { ...aggregatorIdentity, Accept: 'application/json' };
  try {
    const response = await transport.fetch({ ...request, headers, maxBodyBytes });
    const failure = judge(response, request.path, toAddress(transport.settings));
    const verdict: Verdict = failure === undefined ? { available: true } : { available: false, failure };
    return { answered: true, verdict, reused: response.reused };
  } catch (error) {
    const reason: unknown = request.signal.aborted ? request.signal.reason : error;
    const failure = reason instanceof BackendFailure ? reason : toUnexpected(reason, toAddress(transport.settings));
    return { answered: failure.step === 'content', verdict: { available: false, failure } };
  }
}

/** What is wrong with an answer that is good HTTP. */
function judge(response: OwnResponse, path: string, address: string): BackendFailure | undefined {
  const { status } = response;
  if (status < 200 || status > 299) {
    return new BackendFailure({
      step: 'status',
      code: `HTTP_${status}`,
      address,
      expected: `2xx for GET ${path}`,
      seen: `GET ${path} was answered with ${status}`,
      hint: hintFor(status),
    });
  }
  const kind = kindOf(response.body);
  if (kind === 'APIResourceList') return undefined;
  return new BackendFailure({
    step: 'content',
    code: kind === undefined ? 'NOT_JSON' : 'WRONG_KIND',
    address,
    expected: `a JSON document of kind APIResourceList from GET ${path}`,
    seen: `GET ${path} was answered with ${kind === undefined ? 'something else than a JSON object' : `kind "${kind}"`}`,
    hint: 'Check that the port belongs to an API server and not to another service.',
  });
}

/** The kind that a document says it is; empty when it says none. */
function kindOf(body: Buffer): string | undefined {
  try {
    const document: unknown = JSON.parse(body.toString());
    if (!isJSONObject(document)) return undefined;
    const { kind } = document;
    return typeof kind === 'string' ? kind.slice(0, 64) : '';
  } catch {
    return undefined;
  }
}

function hintFor(status: number): string {
  if (status === 401 || status === 403) {
    return "Let the service trust the gateway's front-proxy certificate (requestheader-client-ca-file) and allow discovery to system:kube-aggregator.";
  }
  if (status === 404)
    return 'Check that the service serves this group and version, and that the port is the right one.';
  if (status >= 300 && status < 400) return 'Let the service answer itself; redirects are not followed.';
  return 'Check the log of the service.';
}

function toUnexpected(error: unknown, address: string): BackendFailure {
  const seen = error instanceof Error ? error.message : String(error);
  const expected = 'an answer or an ordinary failure';
  const hint = 'This is a fault of the gateway; please report it.';
  return new BackendFailure({ step: 'http', code: 'UNEXPECTED', address, expected, seen, hint }, error);
}
