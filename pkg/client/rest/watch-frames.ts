import type { KubernetesObject, WatchEvent } from '../../../apis/meta/v1/types.ts';
import { newInternalError } from '../../apimachinery/errors/constructors.ts';
import { StatusError } from '../../apimachinery/errors/status-error.ts';
import type { WatchFrame } from './interface.ts';
import { RESTError } from './rest-error.ts';
import { isStatus } from './to-status-error.ts';

/** Longest frame that is taken; a stream without line ends must not fill the memory. */
const maxFrameBytes = 64 * 1024 * 1024;

/** Frames of a watch body: one JSON document a line. An `ERROR` frame is thrown as `StatusError`. */
export async function* watchFrames<T extends KubernetesObject>(
  body: AsyncIterable<Buffer>,
  request: string,
): AsyncGenerator<WatchFrame<T>> {
  for await (const line of splitLines(body, request)) {
    const frame = parseFrame(line, request);
    if (frame.type === 'ERROR')
      throw isStatus(frame.object)
        ? new StatusError(frame.object)
        : newInternalError('the watch failed without a reason');
    yield { type: frame.type, object: frame.object as T };
  }
}

function parseFrame(line: string, request: string): WatchEvent {
  try {
    const frame = JSON.parse(line) as WatchEvent;
    if (typeof frame === 'object' && frame !== null && typeof frame.type === 'string') return frame;
  } catch (error) {
    throw new RESTError('NotAnAPIServer', `${request}: a frame of the watch is not JSON`, { cause: error });
  }
  throw new RESTError('NotAnAPIServer', `${request}: a frame of the watch has no type`);
}

/** Lines without their ends. What follows the last end is a frame that was cut off: it is left out. */
async function* splitLines(body: AsyncIterable<Buffer>, request: string): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      parts.push(chunk.subarray(start, end));
      const line = Buffer.concat(parts).toString('utf8').trim();
      parts = [];
      size = 0;
      start = end + 1;
      if (line !== '') yield line;
    }
    if (start === chunk.length) continue;
    parts.push(chunk.subarray(start));
    size += chunk.length - start;
    if (size > maxFrameBytes)
      throw new RESTError('NotAnAPIServer', `${request}: a frame of the watch is larger than ${maxFrameBytes} bytes`);
  }
}
