import type { Test } from 'tap';
import type { FakeBackend } from './fake-backend.ts';
import { type Proxy, type ProxyOptions, startProxy } from './proxy-fixture.ts';
import { frameFlags, type RawHTTP2Connection, type RawHTTP2Script, startRawHTTP2Backend } from './raw-http2-backend.ts';

/** A proxy and the backend behind it. */
export interface ScriptedProxy {
  readonly backend: FakeBackend;
  readonly proxy: Proxy;
  /** Of the front. */
  readonly port: number;
}

/** Starts a proxy before a backend that speaks HTTP/2 by a script; both end with the test. */
export async function startScriptedProxy(
  t: Test,
  script: RawHTTP2Script,
  options: Omit<ProxyOptions, 'backend'>,
): Promise<ScriptedProxy> {
  const backend = await startRawHTTP2Backend(options.pki.backendTLS, script);
  const proxy = await startProxy({ ...options, backend });
  t.teardown(async () => {
    await proxy.close();
    await backend.close();
  });
  return { backend, proxy, port: proxy.front.port };
}

/** Answers a request with the number of the connection: `on 1`. */
export function answerWithNumber(connection: RawHTTP2Connection, stream: number): void {
  connection.head(stream, [':status', '200']);
  connection.body(stream, `on ${connection.number}`, frameFlags.endStream);
}
