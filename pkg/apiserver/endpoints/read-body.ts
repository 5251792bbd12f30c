import { constants } from 'node:http2';
import { newBadRequest, newRequestEntityTooLarge } from '../../apimachinery/errors/constructors.ts';
import { isQuicklyRead } from '../../apimachinery/yaml/parse.ts';
import type { StatusError } from '../../apimachinery/errors/status-error.ts';
import type { RequestContext } from '../request-context.ts';

/** Largest request body, in bytes, as upstream has it. */
export const maxBodyBytes: number = 3 * 1024 * 1024;

/** How much of a refused body is taken, so that clients that read only after they have written see the refusal. */
const maxDiscardedBytes = 32 * 1024 * 1024;

/** Reads the whole request body. Throws a 413 beyond the limit, a 400 when the client goes away in the middle. */
export function readBody(context: RequestContext, limit: number = maxBodyBytes): Promise<Buffer> {
  const { request, response } = context;
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.reject(refuse(context, limit));
  if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (error?: StatusError): void => {
      request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
      if (error === undefined)
        resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
      else reject(error);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limit) settle(refuse(context, limit));
      else chunks.push(chunk);
    };
    const onEnd = (): void => settle();
    const onGone = (): void => settle(newBadRequest('the request body ended before it was complete'));
    request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
  });
}

/** The rest of the body is thrown away unread. An HTTP/1.1 connection ends with the answer, a stream when the rest has no end. */
function refuse({ request, response }: RequestContext, limit: number): StatusError {
  if ('shouldKeepAlive' in response) response.shouldKeepAlive = false;
  let left = maxDiscardedBytes;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0 && 'stream' in response) response.stream.close(constants.NGHTTP2_NO_ERROR);
  });
  return newRequestEntityTooLarge(`limit is ${limit}`);
}

/** Largest body of YAML proper, in bytes: reading it takes about a microsecond a byte, during which nobody else is served. */
export const maxYAMLBytes: number = 512 * 1024;

/** Reads a body that may be YAML; JSON, which is YAML as well and quick to read, may be as large as ever. Throws 400 and 413. */
export async function readYAMLBody(context: RequestContext): Promise<Buffer> {
  const body = await readBody(context);
  if (body.length <= maxYAMLBytes || isQuicklyRead(body)) return body;
  throw newRequestEntityTooLarge(`limit for YAML is ${maxYAMLBytes}; send JSON instead`);
}
