import type { Http2ServerRequest } from 'node:http2';
import type { RawRequest } from '../../apiserver/request-context.ts';

/** Tells an HTTP/2 request from an HTTP/1.1 one. */
export function isHttp2Request(request: RawRequest): request is Http2ServerRequest {
  return request.httpVersionMajor === 2;
}
