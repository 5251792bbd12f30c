import type { Duplex } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import { toHeaderBlock } from './hpack.ts';

const frameTypes = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goAway: 7, windowUpdate: 8 } as const;
const flags = { ack: 1, endStream: 1, endHeaders: 4 } as const;

/** Beyond every amount of data that a measurement sends, so that no window has to be kept. */
const window = 2 ** 31 - 1;

/** What a connection tells. */
export interface StreamSink {
  /** The head of the answer has come. */
  head(stream: number): void;
  /** A piece of the body. The bytes are valid during the call only. */
  data(stream: number, bytes: Buffer): void;
  /** The stream has ended, or the whole connection (`undefined`). */
  end(stream: number | undefined, why: string): void;
}

/**
 * A client connection that only GETs, with everything by hand: Node's own client spends more on a frame than the server that is
 * measured, so that one process could not watch ten thousand streams.
 */
export class HTTP2Connection {
  readonly #socket: Duplex;
  readonly #sink: StreamSink;
  #rest: Buffer = Buffer.alloc(0);
  #nextStream = 1;

  constructor(socket: Duplex, sink: StreamSink) {
    this.#socket = socket;
    this.#sink = sink;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => sink.end(undefined, error.message));
    socket.on('close', () => sink.end(undefined, 'closed'));
    const settings = Buffer.alloc(6);
    settings.writeUInt16BE(4, 0);
    settings.writeUInt32BE(window, 2);
    const update = Buffer.alloc(4);
    update.writeUInt32BE(window - 65_535);
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    this.#write(frameTypes.settings, { payload: settings });
    this.#write(frameTypes.windowUpdate, { payload: update });
  }

  /** Asks for a path; answers with the number of the stream. */
  get(path: string, headers: Readonly<Record<string, string>>): number {
    const stream = this.#nextStream;
    this.#nextStream += 2;
    const own = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
    const payload = toHeaderBlock([
      [':method', 'GET'],
      [':scheme', 'https'],
      [':authority', 'localhost'],
      [':path', path],
      ...own,
    ]);
    this.#write(frameTypes.headers, { stream, payload, flag: flags.endStream | flags.endHeaders });
    return stream;
  }

  destroy(): void {
    this.#socket.removeAllListeners().on('error', () => undefined);
    this.#socket.destroy();
  }

  #write(type: number, { stream = 0, flag = 0, payload }: { stream?: number; flag?: number; payload: Buffer }): void {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head[3] = type;
    head[4] = flag;
    head.writeUInt32BE(stream, 5);
    this.#socket.write(Buffer.concat([head, payload]));
  }

  #read(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (at + 9 <= bytes.length) {
      const end = at + 9 + bytes.readUIntBE(at, 3);
      if (end > bytes.length) break;
      this.#take(bytes[at + 3] ?? 0, bytes[at + 4] ?? 0, {
        stream: bytes.readUInt32BE(at + 5),
        payload: bytes.subarray(at + 9, end),
      });
      at = end;
    }
    this.#rest = bytes.subarray(at);
  }

  #take(type: number, flag: number, { stream, payload }: { stream: number; payload: Buffer }): void {
    if (type === frameTypes.data) {
      if (payload.length > 0) this.#sink.data(stream, payload);
      if ((flag & flags.endStream) !== 0) this.#sink.end(stream, 'ended');
    } else if (type === frameTypes.headers) {
      this.#sink.head(stream);
      if ((flag & flags.endStream) !== 0) this.#sink.end(stream, 'ended at its head');
    } else if (type === frameTypes.settings && (flag & flags.ack) === 0) {
      this.#write(frameTypes.settings, { flag: flags.ack, payload: Buffer.alloc(0) });
    } else if (type === frameTypes.ping && (flag & flags.ack) === 0) {
      this.#write(frameTypes.ping, { flag: flags.ack, payload: Buffer.from(payload) });
    } else if (type === frameTypes.reset) {
      this.#sink.end(stream, `reset with ${payload.readUInt32BE(0)}`);
    } else if (type === frameTypes.goAway) {
      this.#sink.end(undefined, `GOAWAY with ${payload.readUInt32BE(4)}`);
    }
  }
}

/** Opens a TLS connection for a protocol, without verifying the server. */
export function connectTLS(port: number, protocol: 'h2' | 'http/1.1'): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, ALPNProtocols: [protocol], rejectUnauthorized: false };
    const socket = connect(options, () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
    socket.setNoDelay(true);
  });
}
