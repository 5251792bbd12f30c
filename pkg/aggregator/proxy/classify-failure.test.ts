import { X509Certificate } from 'node:crypto';
import t from 'tap';
import { newProxyPKI, toSettings } from '../../testing/proxy-fixture.ts';
import { BackendFailure } from './backend-failure.ts';
import { toDialFailure } from './dial-failure.ts';
import { isConnectionLoss, newTimeoutFailure, toExchangeFailure } from './exchange-failure.ts';

const pki = await newProxyPKI();
const settings = toSettings(pki, 7443);
const peer = new X509Certificate(pki.serving.certPEM);
const coded = (code: string, message = code): Error => Object.assign(new Error(message), { code });
const dial = (error: unknown, step: 'connect' | 'tls' = 'connect', known: X509Certificate | undefined = peer) =>
  toDialFailure(error, { settings, step, peer: known, timeoutMs: 3_000 });
const exchange = (error: unknown) => toExchangeFailure(error, settings);

t.test('what resolver and operating system say', async (t) => {
  for (const [code, step, seen] of [
    ['ECONNREFUSED', 'connect', 'nothing listens on 127.0.0.1:7443'],
    ['ENOTFOUND', 'resolve', 'no address for 127.0.0.1:7443'],
    ['EAI_AGAIN', 'resolve', 'the name server did not answer for 127.0.0.1:7443'],
    ['EHOSTUNREACH', 'connect', 'no route to 127.0.0.1:7443'],
    ['ENETUNREACH', 'connect', 'no route to 127.0.0.1:7443'],
    ['EACCES', 'connect', 'the operating system forbids the connection to 127.0.0.1:7443'],
    ['ECONNRESET', 'connect', 'the connection was refused while it was opened'],
    ['EMFILE', 'connect', 'too many open files'],
  ] as const) {
    const failure = dial(coded(code, 'too many open files'));
    t.match(failure, { step, code, seen, address: 'https://127.0.0.1:7443' }, code);
    t.equal(failure.message, `${step} https://127.0.0.1:7443: ${seen}`);
    for (const text of [failure.expected, failure.hint]) t.match(text, /\w{3}/);
  }
});

t.test('how long was waited, and for what', async (t) => {
  for (const code of ['TIMEOUT', 'ETIMEDOUT']) {
    t.match(dial(coded(code)), { step: 'connect', code: 'TIMEOUT', seen: 'no answer within 3000 ms' });
    t.match(dial(coded(code), 'tls'), {
      step: 'tls',
      code: 'TIMEOUT',
      seen: /accepted, but the TLS handshake did not end/,
    });
  }
  t.match(newTimeoutFailure(settings, 5), { step: 'http', seen: 'no answer within 5 ms' });
  t.match(newTimeoutFailure(settings), { step: 'http', seen: 'no answer before the server gave up' });
});

t.test('of several addresses the most telling one counts', async (t) => {
  const both = new AggregateError([coded('ETIMEDOUT'), coded('ECONNREFUSED')], '');
  t.match(dial(both), { step: 'connect', code: 'ECONNREFUSED' });
  t.match(dial(new AggregateError([coded('ETIMEDOUT'), coded('ETIMEDOUT')], '')), { code: 'TIMEOUT' });
  t.match(dial(new AggregateError([], 'none')), { code: 'AggregateError', seen: 'none' });
});

t.test('what TLS says', async (t) => {
  for (const [code, message, expected] of [
    ['EPROTO', 'ssl3_get_record:wrong version number', 'NOT_TLS'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'x', 'NOT_TLS'],
    ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'x', 'NOT_TLS'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'x', 'NO_COMMON_TLS_VERSION'],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'x', 'NO_COMMON_TLS_VERSION'],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'x', 'NO_COMMON_TLS_VERSION'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'x', 'CLIENT_CERTIFICATE_REFUSED'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'x', 'CLIENT_CERTIFICATE_REFUSED'],
    ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', 'x', 'CLIENT_CERTIFICATE_REFUSED'],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'x', 'CLIENT_CERTIFICATE_REFUSED'],
    ['ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', 'the server had an accident', 'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR'],
  ] as const) {
    t.match(dial(coded(code, message), 'tls'), { step: 'tls', code: expected }, code);
    t.match(exchange(coded(code, message)), { step: 'tls', code: expected }, 'TLS 1.3 says it after the handshake');
  }
  t.match(exchange(coded('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED')), {
    seen: 'the service refused it (certificate required)',
    hint: /front-proxy CA/,
  });
});

t.test('certificates, with and without knowing them', async (t) => {
  const until = peer.validToDate.toISOString();
  t.match(dial(coded('CERT_HAS_EXPIRED'), 'tls'), {
    seen: `a certificate that expired on ${until}, or whose issuer's has`,
  });
  t.match(toDialFailure(coded('CERT_HAS_EXPIRED'), { settings, step: 'tls', peer: undefined, timeoutMs: 1 }), {
    step: 'tls',
    seen: 'a certificate outside its time (CERT_HAS_EXPIRED)',
  });
  t.match(dial(coded('CERT_REVOKED', 'certificate revoked'), 'tls'), {
    code: 'CERT_REVOKED',
    seen: /certificate revoked/,
  });
  t.match(dial(coded('CRL_HAS_EXPIRED'), 'tls'), { step: 'tls', code: 'CRL_HAS_EXPIRED' });
  t.match(dial(coded('SELF_SIGNED_CERT_IN_CHAIN'), 'tls'), {
    seen: 'a certificate of another issuer, issued by CN=test-ca',
  });
});

t.test('what goes wrong in the middle of an exchange', async (t) => {
  for (const [code, expected] of [
    ['ECONNRESET', 'CLOSED'],
    ['EPIPE', 'CLOSED'],
    ['UND_ERR_HEADERS_OVERFLOW', 'HEAD_TOO_LARGE'],
    ['HPE_HEADER_OVERFLOW', 'HEAD_TOO_LARGE'],
    ['HPE_INVALID_CONSTANT', 'NOT_HTTP'],
    ['HTTPParserError', 'NOT_HTTP'],
    ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'CONTENT_LENGTH_MISMATCH'],
    ['ETIMEDOUT', 'CONNECTION_LOST'],
    ['UND_ERR_SOCKET', 'NOT_HTTP'],
    ['SOMETHING_NEW', 'SOMETHING_NEW'],
  ] as const) {
    t.match(exchange(coded(code)), { step: 'http', code: expected }, code);
  }
  t.ok(isConnectionLoss(coded('UND_ERR_SOCKET', 'other side closed')));
  t.notOk(isConnectionLoss(coded('UND_ERR_SOCKET', 'bad response')));
});

t.test('anything else that may be thrown', async (t) => {
  const known = new BackendFailure({ step: 'http', code: 'X', address: '', expected: '', seen: '', hint: '' });
  t.equal(exchange(known), known);
  t.equal(dial(known), known);
  t.match(exchange('text'), { step: 'http', code: 'UNKNOWN', seen: 'text' });
  t.match(exchange(undefined), { code: 'UNKNOWN' });
  t.match(exchange(AbortSignal.abort().reason), { code: 'AbortError' });
  t.match(exchange(new TypeError('bug')), { code: 'TypeError', seen: 'bug' });
  const cause = coded('ECONNREFUSED');
  t.equal(dial(cause).cause, cause);
});
