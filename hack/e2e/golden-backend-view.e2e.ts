import { join } from 'node:path';
import t from 'tap';
import { newTestAuthority } from '../../pkg/testing/pki.ts';
import { ROOT } from '../lib/files.ts';
import { startEchoBackend } from './harness/echo-backend.ts';
import { newKubectl } from './harness/kubectl.ts';
import { toManifests } from './harness/registration.ts';
import { compareResponses } from './replay/compare.ts';
import { type Exchange, loadExchanges, type RecordedResponse } from './replay/exchange.ts';
import { judge, known } from './replay/judge.ts';
import { startRecordedGateway } from './replay/recorded-gateway.ts';
import type { Outcome } from './replay/replay.ts';
import { send } from './replay/send.ts';

interface Echo {
  readonly rawHeaders: readonly string[];
  readonly client: unknown;
}

/** What stands for each run alone, or for the program that sent the recorded requests: it accepted JSON, and Go asks for gzip. */
const fixed: Readonly<Record<string, string>> = {
  host: '<backend>',
  'audit-id': '<uuid>',
  // The host that the client asked for, and not that of the backend: a deliberate difference of every exchange.
  'x-forwarded-host': '<host>',
};

/** Header lines by name, those of a name in their order: HTTP gives no meaning to the order of different names. */
function toFields(lines: readonly string[], { request }: Exchange): Record<string, string[]> {
  const asked = new Set(Object.keys(request.headers ?? {}).map((name) => name.toLowerCase()));
  const fields: Record<string, string[]> = {};
  for (let index = 0; index < lines.length; index += 2) {
    const name = (lines[index] ?? '').toLowerCase();
    if ((name === 'accept' || name === 'accept-encoding') && !asked.has(name)) continue;
    // The connection between the two is the affair of the two.
    if (name === 'connection') continue;
    (fields[name] ??= []).push(fixed[name] ?? lines[index + 1] ?? '');
  }
  return Object.fromEntries(Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** An answer with the echo in a form that can be compared. */
function readEcho(answer: RecordedResponse, exchange: Exchange): RecordedResponse {
  const text = answer.body.json ?? tryParse(answer.body.text);
  const echo = text as Partial<Echo> | undefined;
  if (echo?.rawHeaders === undefined) return answer;
  const json = { ...echo, rawHeaders: toFields(echo.rawHeaders, exchange), client: '<proxy>' };
  return { ...answer, body: { json } };
}

function tryParse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

t.test('a backend sees of a request what it sees behind an aggregator, or better', async (t) => {
  const { gateway, target } = await startRecordedGateway(t);
  const kubectl = await newKubectl(t, gateway);
  const authority = await newTestAuthority();
  const port = await startEchoBackend(t, await authority.serving(['localhost']));
  const group = 'echo.example.com';
  await kubectl.ok(['apply', '-f', '-'], toManifests({ group, host: 'localhost', port, ca: authority.caPEM }));
  await kubectl.ok(['wait', '--for=condition=Available', '--timeout=60s', `apiservice/v1.${group}`]);
  const outcomes: Outcome[] = [];
  for (const exchange of loadExchanges(join(ROOT, 'hack/e2e/golden'), ['backend-view'])) {
    // An answer that breaks off is none that could be compared; `backend-death.test.ts` is about it.
    if (exchange.id === 'die-mid-chunked') continue;
    const actual = readEcho(await send(target, exchange.request), exchange);
    const differences = compareResponses(readEcho(exchange.response, exchange), actual, known.everywhere);
    outcomes.push({ exchange, differences });
  }
  await judge(t, outcomes, 'golden-backend-view');
});
