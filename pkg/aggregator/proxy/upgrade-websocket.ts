import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type httpProxy from 'http-proxy';
import { toAuthority } from './authority.ts';
import { groupLines } from './headers.ts';
import type { TransportSettings } from './interface.ts';
import { maxUpgradeHeadBytes, SocketAgent, type UpgradeAttempt, type UpgradeQuestion } from './upgrade-attempt.ts';

type UpgradeListener = (response: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * WebSocket upgrades by http-proxy, which is loaded when the first one comes. Left to itself it would change the path, fold header
 * lines, pass any answer on and join whatever protocol a 101 names. So it gets a request of our making, and its listeners are
 * taken off and called when the answer has been checked.
 */
export class WebSocketProxy {
  readonly #settings: TransportSettings;
  #proxy: Promise<httpProxy> | undefined;

  constructor(settings: TransportSettings) {
    this.#settings = settings;
  }

  /** Loads http-proxy, once. */
  load(): Promise<httpProxy> {
    this.#proxy ??= import('http-proxy').then((module) => module.default.createProxyServer());
    return this.#proxy;
  }

  /** Asks for a WebSocket. */
  start(proxy: httpProxy, question: UpgradeQuestion): UpgradeAttempt {
    const request = this.#send(proxy, question);
    const join = request.listeners('upgrade') as UpgradeListener[];
    request.removeAllListeners('upgrade').removeAllListeners('response').removeAllListeners('error');
    return {
      request,
      accept({ response, socket, head }, lines) {
        // http-proxy writes these, after a status line of its own.
        response.headers = Object.fromEntries(groupLines(lines));
        for (const listener of join) listener.call(request, response, socket, head);
      },
    };
  }

  #send(proxy: httpProxy, { target, lines, client, backend }: UpgradeQuestion): ClientRequest {
    let sent: ClientRequest | undefined;
    proxy.once('proxyReqWs', (request) => {
      // http-proxy merges slashes; this is before the request line is written.
      request.path = target;
      sent = request;
    });
    withoutDeprecations(() =>
      proxy.ws(
        toPlainRequest(lines),
        client.socket,
        client.head,
        {
          // Whatever the scheme, the connection stands already.
          target: new URL(`https://${toAuthority(this.#settings)}`),
          agent: new SocketAgent(backend),
          ssl: { maxHeaderSize: maxUpgradeHeadBytes },
          toProxy: true,
        },
        // Errors are seen to by whoever watches the sockets. Without this, http-proxy would throw them.
        ignore,
      ),
    );
    if (sent === undefined) throw new Error('http-proxy did not send the request');
    return sent;
  }
}

/** The few members of a request that http-proxy reads. */
function toPlainRequest(lines: readonly string[]): IncomingMessage {
  const headers: Record<string, string | readonly string[]> = {};
  for (const [name, values] of groupLines(lines)) {
    const key = name.toLowerCase() === 'upgrade' ? 'upgrade' : name;
    headers[key] = values.length === 1 ? (values[0] ?? '') : values;
  }
  return { method: 'GET', url: '/', headers } as unknown as IncomingMessage;
}

/** http-proxy calls `util._extend`. Node's warning of that is nothing that a user of the gateway could act on. */
function withoutDeprecations(action: () => void): void {
  const { noDeprecation } = process;
  process.noDeprecation = true;
  try {
    action();
  } finally {
    process.noDeprecation = noDeprecation ?? false;
  }
}

function ignore(): void {}
