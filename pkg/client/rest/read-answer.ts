import type { RawAnswer } from './interface.ts';
import { RESTError } from './rest-error.ts';
import { toRESTError } from './to-rest-error.ts';
import type { WireAnswer } from './transport.ts';

/** Largest answer that is read into memory. */
const maxBodyBytes = 256 * 1024 * 1024;

/** Reads an answer to its end. `request` is for messages. */
export async function readAnswer(answer: WireAnswer, request: string): Promise<RawAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBodyBytes)
        throw new RESTError('NotAnAPIServer', `${request}: the answer is larger than ${maxBodyBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof RESTError ? error : toRESTError(error, request);
  }
  return { status: answer.status, headers: answer.headers, body: Buffer.concat(chunks, size) };
}
