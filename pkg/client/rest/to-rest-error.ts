import { RESTError, type RESTErrorCode } from './rest-error.ts';

/** Sentences for the codes that people meet; `%` is the request. */
const sentences: ReadonlyMap<string, readonly [RESTErrorCode, string]> = new Map([
  ['ECONNREFUSED', ['Unreachable', 'nothing listens there (connection refused)']],
  ['ENOTFOUND', ['Unreachable', 'the host name is not known']],
  ['EAI_AGAIN', ['Unreachable', 'the host name could not be looked up']],
  ['EHOSTUNREACH', ['Unreachable', 'the host cannot be reached']],
  ['ENETUNREACH', ['Unreachable', 'the network cannot be reached']],
  ['ETIMEDOUT', ['Unreachable', 'the connection was not answered in time']],
  ['UND_ERR_CONNECT_TIMEOUT', ['Unreachable', 'the connection was not answered in time']],
  ['ECONNRESET', ['Broken', 'the connection was reset']],
  ['EPIPE', ['Broken', 'the connection was closed']],
  ['UND_ERR_SOCKET', ['Broken', 'the connection was closed before the answer was complete']],
  ['ERR_TLS_CERT_ALTNAME_INVALID', ['TLS', 'the certificate of the server is for other names']],
  ['CERT_HAS_EXPIRED', ['TLS', 'the certificate of the server has expired']],
  [
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    ['TLS', 'the certificate of the server is self-signed, and its authority is not trusted'],
  ],
  ['SELF_SIGNED_CERT_IN_CHAIN', ['TLS', 'the authority that signed the certificate of the server is not trusted']],
  [
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ['TLS', 'the authority that signed the certificate of the server is not trusted'],
  ],
  [
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    ['TLS', 'the authority that signed the certificate of the server is not trusted'],
  ],
  ['ERR_SSL_WRONG_VERSION_NUMBER', ['TLS', 'what answered does not speak TLS']],
  ['EPROTO', ['TLS', 'what answered does not speak TLS as expected']],
]);

/** The error for a failure of undici or of the network. */
export function toRESTError(error: unknown, request: string): RESTError {
  const codes = [...codesOf(error)];
  const known = codes.map((code) => sentences.get(code)).find((entry) => entry !== undefined);
  const tls = codes.some((code) => /^ERR_(SSL|TLS|OSSL)_|_CERT_|^CERT_/.test(code));
  const [code, sentence] = known ?? [tls ? 'TLS' : 'Broken', error instanceof Error ? error.message : String(error)];
  return new RESTError(code, `${request}: ${sentence}`, { cause: error });
}

/** Codes of the error, its causes and, where several addresses were tried, of each attempt. */
function* codesOf(error: unknown): Generator<string> {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth++) {
    if ('code' in current && typeof current.code === 'string') yield current.code;
    if (current instanceof AggregateError) for (const one of current.errors) yield* codesOf(one);
  }
}
