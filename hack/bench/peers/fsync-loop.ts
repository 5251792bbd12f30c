/**
 * Writes files of their own, each durable before its lane goes on, and counts. No network, no JSON, no names to check.
 *
 * Usage: node fsync-loop.ts FOLDER LANES BYTES; then a line with a number of seconds on standard input for each measurement.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { quantile } from '../lib/statistics.ts';
import { writeDurably } from './durable-files.ts';

const [folder = '', lanes = '', size = ''] = process.argv.slice(2);
const bytes = Buffer.alloc(Number(size), '{');

async function measure(seconds: number): Promise<object> {
  const place = await mkdtemp(join(folder, 'loop-'));
  const durations: number[] = [];
  const started = performance.now();
  const end = started + seconds * 1000;
  let count = 0;
  const lane = async (): Promise<void> => {
    for (let now = started; now < end;) {
      await writeDurably(join(place, String(++count)), bytes);
      const after = performance.now();
      durations.push(after - now);
      now = after;
    }
  };
  await Promise.all(Array.from({ length: Number(lanes) }, lane));
  const took = (performance.now() - started) / 1000;
  await rm(place, { recursive: true });
  durations.sort((a, b) => a - b);
  const [p50Ms, p99Ms] = [quantile(durations, 0.5), quantile(durations, 0.99)];
  return { requests: count, requestsPerSecond: count / took, p50Ms, p99Ms, failures: 0 };
}

console.log(JSON.stringify({ listening: true }));
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await measure(Number(line))));
}
