import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { APIAnswer } from './api.ts';
import type { BenchContext } from './bench.ts';
import { parseJSONLine, startProcess } from './processes.ts';

/** A bare Node server that answers as a server did. */
export interface SameAnswer {
  readonly pid: number;
  readonly http1: string;
  readonly compat: string;
  readonly streams: string;
}

/** Headers that the peer's own HTTP makes. */
const framing = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date']);

/** Starts the peer with a gateway's certificate, on the core for what is measured. */
export async function startSameAnswer(
  context: BenchContext,
  dataDir: string,
  { headers, body }: APIAnswer,
): Promise<SameAnswer> {
  const file = join(await context.newFolder('answer'), 'answer.json');
  const kept = Object.entries(headers).filter(([name]) => !framing.has(name));
  await writeFile(file, JSON.stringify({ headers: Object.fromEntries(kept), body: body.toString('base64') }));
  const { pid, ready } = await startProcess(context.scope, {
    name: 'same answer',
    place: 'measured',
    command: [process.execPath, 'hack/bench/peers/same-answer.ts', ...servingPair(dataDir), file],
    parseReady: parseJSONLine<Record<'http1' | 'compat' | 'streams', number>>('http1'),
  });
  const toURL = (port: number): string => `https://127.0.0.1:${port}`;
  return { pid, http1: toURL(ready.http1), compat: toURL(ready.compat), streams: toURL(ready.streams) };
}

/** Files of the certificate and the key that a gateway serves with. */
export function servingPair(dataDir: string): [string, string] {
  return [join(dataDir, 'pki/serving.crt'), join(dataDir, 'pki/serving.key')];
}
