// node hack/torture/run.ts [--rounds N]: kills a process that writes through the file store, again and again.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { torture } from './torture.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '200' } } });
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 0) throw new Error(`--rounds takes a number: ${values.rounds}`);

// An interrupt ends the round under way, so that no process and no mount is left behind.
const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupt.abort());

const { violations } = await torture({ rounds, signal: interrupt.signal, log: (line) => console.log(line) });
process.exitCode = violations.length === 0 && !interrupt.signal.aborted ? 0 : 1;
