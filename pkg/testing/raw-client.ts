import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';

/** A client that sends bytes as they are, to say what no HTTP library would. */
export interface RawClient {
  readonly socket: TLSSocket;
  /** Everything received so far, one character per byte. */
  readonly received: () => string;
  send(text: string): void;
  /** Resolves with everything received, once the pattern is in it; rejects when the connection ends or five seconds pass. */
  until(pattern: RegExp | string): Promise<string>;
  /** Resolves with everything received, once the connection is closed. */
  readonly closed: Promise<string>;
}

/** How a raw client connects. */
export interface RawClientOptions extends ConnectionOptions {
  readonly port: number;
  /** Whether it can go on sending when the server has ended. */
  readonly allowHalfOpen?: boolean;
}

/** Connects to a server on 127.0.0.1 with TLS. */
export async function openRawClient(options: RawClientOptions): Promise<RawClient> {
  const socket = connect({ host: '127.0.0.1', ALPNProtocols: ['http/1.1'], ...options });
  let text = '';
  let ended = false;
  let check: () => void = () => {};
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    check();
  });
  socket
    .on('error', () => {})
    .on('end', () => {
      ended = true;
      check();
    });
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(text)));
  await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  socket.setNoDelay(true);
  return {
    socket,
    received: () => text,
    send: (bytes) => void socket.write(bytes, 'latin1'),
    closed,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const fail = (why: string): void => reject(new Error(`${why}, got ${JSON.stringify(text)}`));
        const timer = setTimeout(() => fail(`no ${String(pattern)} in time`), 5_000);
        check = () => {
          const found = typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text);
          if (!found && !ended) return;
          clearTimeout(timer);
          if (found) resolve(text);
          else fail('connection ended');
        };
        check();
      }),
  };
}
