/** One request, as the strictest reader of RFC 9112 sees it. */
export interface ReadRequest {
  readonly method: string;
  readonly target: string;
  /** Name and value in turn, as they stand there. */
  readonly lines: readonly string[];
  /** One character per byte. */
  readonly body: string;
}

/** What stands in the bytes of a connection. */
export interface RequestStream {
  readonly requests: readonly ReadRequest[];
  /** How it goes on after the last complete request. */
  readonly rest: 'nothing' | 'incomplete' | 'malformed';
}

class Malformed extends Error {}
class Incomplete extends Error {}

const requestLine = /^([!#$%&'*+\-.^_`|~\dA-Za-z]+) (\/[\u0021-\u007e\u0080-\u00ff]*) HTTP\/1\.1$/;
const headerLine = /^([!#$%&'*+\-.^_`|~\dA-Za-z]+):[ \t]*([\t\u0020-\u007e\u0080-\u00ff]*?)[ \t]*$/;

/**
 * Reads all requests of a connection (one character per byte) and takes nothing that two servers might read differently. Written
 * apart from every parser that the gateway uses, so that it can judge them.
 */
export function readRequests(bytes: string): RequestStream {
  const requests: ReadRequest[] = [];
  let at = 0;
  try {
    while (at < bytes.length) {
      const [request, end] = readRequest(bytes, at);
      requests.push(request);
      at = end;
    }
  } catch (error) {
    if (error instanceof Malformed) return { requests, rest: 'malformed' };
    if (error instanceof Incomplete) return { requests, rest: 'incomplete' };
    throw error;
  }
  return { requests, rest: 'nothing' };
}

function readRequest(bytes: string, start: number): [ReadRequest, number] {
  let at = start;
  const next = (): string => {
    const [line, end] = readLine(bytes, at);
    at = end;
    return line;
  };
  const [, method, target] = requestLine.exec(next()) ?? [];
  if (method === undefined || target === undefined) throw new Malformed();
  const lines: string[] = [];
  for (let line = next(); line !== ''; line = next()) {
    const [, name, value] = headerLine.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Malformed();
    lines.push(name, value);
  }
  const [body, end] = readBody(bytes, at, lines);
  return [{ method, target, lines, body }, end];
}

function readBody(bytes: string, at: number, lines: readonly string[]): [string, number] {
  const of = (wanted: string): string[] =>
    lines.filter((_, index) => index % 2 === 1 && lines[index - 1]?.toLowerCase() === wanted);
  const [codings, lengths] = [of('transfer-encoding'), of('content-length')];
  if (of('host').length !== 1) throw new Malformed();
  if (codings.length > 0) {
    if (codings.length > 1 || lengths.length > 0 || codings[0]?.toLowerCase() !== 'chunked') throw new Malformed();
    return readChunks(bytes, at);
  }
  if (lengths.length === 0) return ['', at];
  const [length = ''] = lengths;
  if (lengths.length > 1 || !/^\d{1,15}$/.test(length)) throw new Malformed();
  const end = at + Number(length);
  if (end > bytes.length) throw new Incomplete();
  return [bytes.slice(at, end), end];
}

function readChunks(bytes: string, start: number): [string, number] {
  let at = start;
  let body = '';
  for (;;) {
    const [line, afterSize] = readLine(bytes, at);
    const [, size] = /^([\da-fA-F]{1,12})(?:;[\t\u0020-\u007e]*)?$/.exec(line) ?? [];
    if (size === undefined) throw new Malformed();
    const length = Number.parseInt(size, 16);
    at = afterSize;
    if (length === 0) break;
    if (at + length + 2 > bytes.length) throw new Incomplete();
    if (bytes.slice(at + length, at + length + 2) !== '\r\n') throw new Malformed();
    body += bytes.slice(at, at + length);
    at += length + 2;
  }
  for (;;) {
    const [line, end] = readLine(bytes, at);
    at = end;
    if (line === '') return [body, at];
    if (!headerLine.test(line)) throw new Malformed();
  }
}

function readLine(bytes: string, at: number): [string, number] {
  const end = bytes.indexOf('\n', at);
  if (end < 0) throw new Incomplete();
  if (bytes[end - 1] !== '\r' || end === at) throw new Malformed();
  return [bytes.slice(at, end - 1), end + 1];
}
