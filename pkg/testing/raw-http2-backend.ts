import type { TLSSocket } from 'node:tls';
import { createServer } from 'node:tls';
import { type FakeBackend, type FakeBackendTLS, startServer, toTLSOptions } from './fake-backend.ts';

/** Types of frames (RFC 9113 6). */
export const frameTypes = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** Flags of frames. */
export const frameFlags = { ack: 1, endStream: 1, endHeaders: 4 } as const;

/** One frame. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** A connection to a backend that speaks HTTP/2 by hand, to say what no library would. */
export interface RawHTTP2Connection {
  readonly socket: TLSSocket;
  /** The how-manieth it is at this backend, from one. */
  readonly number: number;
  /** Frames that have come, in their order. */
  readonly frames: readonly Frame[];
  send(type: number, frame?: Partial<Omit<Frame, 'type'>>): void;
  /** Sends a head, such as `[':status', '200']`; more flags than END_HEADERS may be given. */
  head(stream: number, fields: readonly string[], flags?: number): void;
  body(stream: number, text: string | Buffer, flags?: number): void;
  reset(stream: number, code: number): void;
  goAway(lastStream: number, code?: number): void;
}

/** What such a backend does. */
export interface RawHTTP2Script {
  /** Its SETTINGS: identifier and value in turn; `undefined` for none at all. */
  readonly settings?: readonly number[] | undefined;
  /** Whether it leaves pings unanswered. */
  readonly silent?: boolean;
  /** Takes each HEADERS frame, which begins a request or is its trailers. */
  readonly onHeaders?: (connection: RawHTTP2Connection, stream: number, frame: Frame) => void;
  /** Takes every frame. */
  readonly onFrame?: (connection: RawHTTP2Connection, frame: Frame) => void;
  /** Takes each connection when its SETTINGS have been sent. */
  readonly onConnection?: (connection: RawHTTP2Connection) => void;
}

const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** Starts a backend that offers HTTP/2 and nothing else, and answers with the frames that a script makes. */
export function startRawHTTP2Backend(tls: FakeBackendTLS, script: RawHTTP2Script): Promise<FakeBackend> {
  let number = 0;
  const server = createServer({ ...toTLSOptions(tls), ALPNProtocols: ['h2'] });
  server.on('secureConnection', (socket) => {
    socket.on('error', ignore);
    serve(socket, ++number, script);
  });
  return startServer(server);
}

/** Header fields as a block that any HPACK decoder takes: all literal, nothing indexed, nothing compressed (RFC 7541 6.2.2). */
export function toHeaderBlock(fields: readonly string[]): Buffer {
  const parts: Buffer[] = [];
  fields.forEach((text, index) => {
    if (index % 2 === 0) parts.push(Buffer.of(0));
    const bytes = Buffer.from(text, 'latin1');
    parts.push(toInteger(bytes.length), bytes);
  });
  return Buffer.concat(parts);
}

function serve(socket: TLSSocket, number: number, script: RawHTTP2Script): void {
  const frames: Frame[] = [];
  const send: RawHTTP2Connection['send'] = (type, { flags = 0, stream = 0, payload = Buffer.alloc(0) } = {}) => {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head[3] = type;
    head[4] = flags;
    head.writeUInt32BE(stream, 5);
    if (!socket.destroyed) socket.write(Buffer.concat([head, payload]));
  };
  const connection: RawHTTP2Connection = {
    socket,
    number,
    frames,
    send,
    head: (stream, fields, flags = 0) =>
      send(frameTypes.headers, { stream, flags: flags | frameFlags.endHeaders, payload: toHeaderBlock(fields) }),
    body: (stream, text, flags = 0) => send(frameTypes.data, { stream, flags, payload: Buffer.from(text) }),
    reset: (stream, code) => send(frameTypes.reset, { stream, payload: toUInt32(code) }),
    goAway: (lastStream, code = 0) => send(frameTypes.goAway, { payload: toUInt32(lastStream, code) }),
  };
  if ('settings' in script && script.settings === undefined) return void socket.resume();
  send(frameTypes.settings, { payload: toSettings(script.settings ?? []) });
  script.onConnection?.(connection);
  readFrames(socket, (frame) => {
    frames.push(frame);
    if (frame.type === frameTypes.settings && (frame.flags & frameFlags.ack) === 0) {
      send(frameTypes.settings, { flags: frameFlags.ack });
    }
    if (frame.type === frameTypes.ping && (frame.flags & frameFlags.ack) === 0 && script.silent !== true) {
      send(frameTypes.ping, { flags: frameFlags.ack, payload: frame.payload });
    }
    script.onFrame?.(connection, frame);
    if (frame.type === frameTypes.headers) script.onHeaders?.(connection, frame.stream, frame);
  });
}

function readFrames(socket: TLSSocket, take: (frame: Frame) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  let begun = false;
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    if (!begun) {
      if (rest.length < preface.length) return;
      rest = rest.subarray(preface.length);
      begun = true;
    }
    while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
      const end = 9 + rest.readUIntBE(0, 3);
      const frame = {
        type: rest[3] ?? 0,
        flags: rest[4] ?? 0,
        stream: rest.readUInt32BE(5),
        payload: rest.subarray(9, end),
      };
      rest = rest.subarray(end);
      take(frame);
    }
  });
}

function toSettings(settings: readonly number[]): Buffer {
  const payload = Buffer.alloc(settings.length * 3);
  for (let index = 0; index < settings.length; index += 2) {
    payload.writeUInt16BE(settings[index] ?? 0, index * 3);
    payload.writeUInt32BE(settings[index + 1] ?? 0, index * 3 + 2);
  }
  return payload;
}

function toUInt32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32BE(value, index * 4));
  return bytes;
}

/** An integer with a prefix of seven bits (RFC 7541 5.1). */
function toInteger(value: number): Buffer {
  if (value < 127) return Buffer.of(value);
  const bytes = [127];
  let rest = value - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

function ignore(): void {}
