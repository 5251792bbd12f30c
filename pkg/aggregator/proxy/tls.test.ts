import { createServer } from 'node:tls';
import t, { type Test } from 'tap';
import type { CertificatePair } from '../../pki/certificate-pair.ts';
import { startHTTPBackend, startTCPBackend } from '../../testing/fake-backend.ts';
import { newTestAuthority } from '../../testing/pki.ts';
import { newProxyPKI, toSettings } from '../../testing/proxy-fixture.ts';
import type { BackendFailure } from './backend-failure.ts';
import type { TransportSettings } from './interface.ts';
import { newTransport } from './transport.ts';

const pki = await newProxyPKI();
const { authority } = pki;
const other = await newTestAuthority({ commonName: 'someone-else' });

/** What a transport with these settings sees of a backend with this certificate: `200`, or the failure. */
async function probe(t: Test, serving: CertificatePair, settings: Partial<TransportSettings> = {}) {
  const backend = await startHTTPBackend({ serving, onRequest: (_, response) => response.end('ok') });
  t.teardown(() => backend.close());
  return fetchOnce(toSettings(pki, backend.port, settings));
}

async function fetchOnce(settings: TransportSettings): Promise<number | BackendFailure> {
  const transport = newTransport(settings);
  try {
    const request = { path: '/', headers: {}, timeoutMs: 2_000, maxBodyBytes: 1_000 };
    return (await transport.fetch(request)).status;
  } catch (error) {
    return error as BackendFailure;
  } finally {
    await transport.destroy();
  }
}

t.test('a certificate for any of the accepted names is accepted', async (t) => {
  const serving = await authority.serving(['metrics.monitoring.svc', '10.9.8.7']);
  const external = await authority.serving(['metrics.example.com', '127.0.0.1']);
  const serverNames = ['metrics.monitoring.svc', 'metrics.example.com'];
  t.equal(await probe(t, serving, { serverNames }), 200);
  t.equal(await probe(t, external, { serverNames }), 200);
  t.equal(await probe(t, external, { serverNames: ['metrics.monitoring.svc', '127.0.0.1'] }), 200, 'an address too');
  t.equal(await probe(t, await authority.serving(['*.example.com']), { serverNames }), 200, 'a wildcard too');
});

t.test('a certificate for other names is refused, and both sides are named', async (t) => {
  const serving = await authority.serving(['wrong.example.com', '10.9.8.7']);
  const failure = await probe(t, serving, { serverNames: ['metrics.monitoring.svc', 'metrics.example.com'] });
  t.match(failure, {
    step: 'tls',
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    expected: 'a certificate for metrics.monitoring.svc or metrics.example.com',
    seen: /a certificate for wrong\.example\.com, 10\.9\.8\.7, not for metrics/,
    hint: /with metrics\.monitoring\.svc among its subject alternative names/,
  });
  t.match(await probe(t, serving, { serverNames: [] }), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'no name, no trust');
});

t.test('certificates outside their time are refused, and the time is named', async (t) => {
  const expired = await authority.serving(['localhost'], { validity: 'expired' });
  t.match(await probe(t, expired), {
    step: 'tls',
    code: 'CERT_HAS_EXPIRED',
    seen: expired.certificate.validToDate.toISOString(),
  });
  const early = await authority.serving(['localhost'], { validity: 'not-yet-valid' });
  t.match(await probe(t, early), {
    step: 'tls',
    code: 'CERT_NOT_YET_VALID',
    seen: early.certificate.validFromDate.toISOString(),
    hint: /clocks/,
  });
});

t.test('a certificate of another authority is refused, and its issuer is named', async (t) => {
  const serving = await other.serving();
  t.match(await probe(t, serving), {
    step: 'tls',
    code: /^UNABLE_TO_/,
    expected: "a certificate signed by a CA of caBundle or by the gateway's CA",
    seen: 'a certificate of another issuer, issued by CN=someone-else',
    hint: /caBundle/,
  });
  t.match(
    await probe(t, serving, { ca: '' }),
    { step: 'tls', expected: /which is empty/ },
    'an empty bundle trusts nobody',
  );
  t.match(await probe(t, other.root), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT', seen: /signed by itself/ });
  t.equal(await probe(t, serving, { ca: `${authority.caPEM}\nsome text\n${other.caPEM}` }), 200, 'a bundle of two');
});

t.test('a certificate that is itself in the bundle is trusted, as in Go', async (t) => {
  const serving = await other.serving();
  t.equal(await probe(t, serving, { ca: serving.certPEM }), 200);
});

t.test('without verification any certificate will do', async (t) => {
  const serving = await other.serving(['elsewhere'], { validity: 'expired' });
  t.equal(await probe(t, serving, { insecureSkipTLSVerify: true, ca: '' }), 200);
});

t.test('a client certificate cannot serve', async (t) => {
  t.match(await probe(t, await authority.client('alice')), { step: 'tls', code: /INVALID_PURPOSE|ALTNAME/ });
});

t.test('SNI is the first name that is a DNS name, and absent when there is none', async (t) => {
  const names: (string | undefined)[] = [];
  const server = createServer(
    {
      cert: pki.serving.certPEM,
      key: pki.serving.keyPEM,
      SNICallback: (name, done) => done(null, void names.push(name)),
    },
    (socket) => {
      if (socket.servername === false || socket.servername === null) names.push(undefined);
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as { port: number };
  await fetchOnce(toSettings(pki, port, { serverNames: ['127.0.0.1', 'localhost', 'later'] }));
  await fetchOnce(toSettings(pki, port, { serverNames: ['127.0.0.1', '::1'] }));
  t.same(names, ['localhost', undefined]);
});

t.test('hosts may be names and addresses of both families', async (t) => {
  const serving = await authority.serving();
  t.equal(await probe(t, serving, { host: 'localhost' }), 200);
  t.match(await fetchOnce(toSettings(pki, 1, { host: '::1' })), {
    address: 'https://[::1]:1',
    code: /ECONNREFUSED|EADDRNOTAVAIL|ENETUNREACH/,
  });
  t.match(await fetchOnce(toSettings(pki, 1, { host: 'localhost' })), { step: 'connect', code: 'ECONNREFUSED' });
  t.match(await fetchOnce(toSettings(pki, 443, { host: 'no-such-host.invalid' })), {
    step: 'resolve',
    code: /ENOTFOUND|EAI_AGAIN/,
    message: /no-such-host\.invalid:443/,
  });
});

t.test('a plain HTTP server, and any other that speaks no TLS, is named as such', async (t) => {
  for (const greeting of ['HTTP/1.1 400 Bad Request\r\n\r\n', 'SSH-2.0-OpenSSH_9.6\r\n', '220 mail ESMTP\r\n']) {
    const backend = await startTCPBackend((socket) => socket.once('data', () => socket.end(greeting)));
    t.teardown(() => backend.close());
    t.match(await fetchOnce(toSettings(pki, backend.port)), {
      step: 'tls',
      code: 'NOT_TLS',
      hint: /HTTPS on this port/,
    });
  }
  const closing = await startTCPBackend((socket) => socket.end());
  t.teardown(() => closing.close());
  t.match(await fetchOnce(toSettings(pki, closing.port)), { step: 'tls', code: 'ECONNRESET' });
});

t.test('a server of old TLS is named as such', async (t) => {
  const server = createServer({
    cert: pki.serving.certPEM,
    key: pki.serving.keyPEM,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as { port: number };
  t.match(await fetchOnce(toSettings(pki, port)), { step: 'tls', code: 'NO_COMMON_TLS_VERSION' });
});

t.test('a backend that refuses our client certificate is told from one that is broken', async (t) => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const server = createServer({
      cert: pki.serving.certPEM,
      key: pki.serving.keyPEM,
      ca: other.caPEM,
      requestCert: true,
      rejectUnauthorized: true,
      maxVersion,
    });
    server.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.teardown(() => server.close());
    const { port } = server.address() as { port: number };
    const failure = (await fetchOnce(toSettings(pki, port))) as BackendFailure;
    t.match(failure, { code: /CLIENT_CERTIFICATE_REFUSED|CLOSED|ECONNRESET/ }, maxVersion);
    t.match(failure.hint, /front-proxy CA/);
  }
});

t.test('a CA bundle or a client certificate that cannot be used is refused when the transport is made', async (t) => {
  t.throws(() => newTransport(toSettings(pki, 1, { ca: 'garbage' })), { message: /no certificate/ });
  t.throws(() => newTransport(toSettings(pki, 1, { ca: authority.caPEM.replace(/[A-Z]{9}/, '!!!') })));
  const clientCertificate = { cert: pki.client.certPEM, key: other.root.keyPEM };
  t.throws(() => newTransport(toSettings(pki, 1, { clientCertificate })), { message: /key values mismatch/ });
});
