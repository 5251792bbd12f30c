/** Why there is no usable answer. */
export type RESTErrorCode =
  /** No connection: refused, unknown host, unreachable. */
  | 'Unreachable'
  /** The server's certificate is not trusted, or it does not accept ours. */
  | 'TLS'
  /** The answer did not come in time. */
  | 'Timeout'
  /** The connection broke before the answer was complete. */
  | 'Broken'
  /** What answered is no API server: not JSON, or not of the shape that was asked for. */
  | 'NotAnAPIServer';

/** There is no answer, or none that an API server gives. The message is a sentence for people and names the URL. */
export class RESTError extends Error {
  readonly code: RESTErrorCode;

  constructor(code: RESTErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RESTError';
    this.code = code;
  }
}
