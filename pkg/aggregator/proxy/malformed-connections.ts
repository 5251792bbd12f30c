import type { RequestContext } from '../../apiserver/request-context.ts';
import { isHttp2Response } from './client-response.ts';

/**
 * Connections of clients that have sent something malformed. Node may have read on before such a connection is closed: what came
 * behind is not taken for a request any more, because somebody else may have read the two as one. A stream of HTTP/2 stands for itself.
 */
export class MalformedConnections {
  readonly #sockets = new WeakSet<object>();

  /** Lets the connection end with the answer to this request. */
  close({ request, response }: RequestContext): void {
    if (isHttp2Response(response)) return;
    response.shouldKeepAlive = false;
    this.#sockets.add(request.socket);
  }

  /** Whether an earlier request was the last that counts. */
  isClosed({ request, response }: RequestContext): boolean {
    return !isHttp2Response(response) && this.#sockets.has(request.socket);
  }
}
