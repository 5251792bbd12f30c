import t from 'tap';
import { loadServeOptions } from './load-serve-options.ts';
import { toProxySettings } from './proxy-settings.ts';

const load = (flags: Record<string, string>, environment: Record<string, string> = {}) =>
  loadServeOptions({ flags, environment }).then(toProxySettings);

t.test('a minute for a request, four hours for a silent tunnel, and nobody is trusted', async (t) => {
  const { requestTimeoutMs, tunnelIdleMs, trustedProxies, http2 } = await load({});
  t.same([requestTimeoutMs, tunnelIdleMs, http2], [60_000, 4 * 3_600_000, true]);
  t.equal(trustedProxies.includes('127.0.0.1'), false);
});

t.test('flags and environment', async (t) => {
  const settings = await load(
    { requestTimeout: '90s', trustedProxies: '10.0.0.0/8,::1' },
    { TRIBUTARY_STREAMING_CONNECTION_IDLE_TIMEOUT: '1000h', TRIBUTARY_TRUSTED_PROXIES: '127.0.0.1' },
  );
  t.equal(settings.requestTimeoutMs, 90_000);
  t.equal(settings.tunnelIdleMs, 2 ** 31 - 1, 'the longest that a timer can be');
  t.equal(settings.trustedProxies.includes('10.1.2.3'), true);
  t.equal(settings.trustedProxies.includes('127.0.0.1'), false);
});

t.test('HTTP/2 to services can be left out, HTTP/1.1 cannot', async (t) => {
  t.equal((await load({ backendProtocols: 'http/1.1' })).http2, false);
  t.equal((await load({ backendProtocols: 'http/1.1, h2' })).http2, true);
  for (const backendProtocols of ['h2', 'h3,http/1.1', 'h2,']) {
    await t.rejects(load({ backendProtocols }), /--backend-protocols must be h2,http\/1.1 or http\/1.1/);
  }
});

t.test('what cannot be read is refused by name', async (t) => {
  await t.rejects(load({ requestTimeout: '0s' }), /--request-timeout must be a duration/);
  await t.rejects(
    load({ streamingConnectionIdleTimeout: 'long' }),
    /--streaming-connection-idle-timeout must be a dur/,
  );
  await t.rejects(
    load({ trustedProxies: '10.0.0.0/40' }),
    /--trusted-proxies: "10.0.0.0\/40" is neither an IP address/,
  );
});
