import { type Agent, request as openRequest } from 'node:https';
import { maxYAMLBytes } from '../../pkg/apiserver/endpoints/read-body.ts';
import type { StorageEvent } from '../../pkg/storage/interface.ts';
import type { APIServerFixture } from '../../pkg/testing/api-server-fixture.ts';
import { newGadget, newWidget, type Widget } from '../../pkg/testing/test-kinds.ts';
import { type HostileRequest, names, newRequest } from './http-requests.ts';
import { newLoopWatch } from './loop-watch.ts';
import type { ChaosRun } from './random.ts';
import { type Answer, judgeAnswer } from './status-rules.ts';

/** What a run over HTTP needs. */
export interface HTTPFuzzOptions extends ChaosRun {
  readonly fixture: APIServerFixture;
  /** Keeps connections; the caller destroys it. */
  readonly agent: Agent;
}

/** How a run ended. */
export interface FuzzResult {
  readonly requests: number;
  /** How often each status was answered. */
  readonly statuses: ReadonlyMap<number, number>;
  /** A sentence for each broken promise. */
  readonly violations: readonly string[];
}

/** Longest time, in milliseconds, that one request may keep the event loop from others. */
const maxBlockedMs = 250;

/** Longest time, in milliseconds, that an answer may take: reads wait three seconds for revisions that are not there yet. */
const answerMs = 8_000;

/** Sends hostile requests one after the other, and looks after each whether anything gave way. */
export async function fuzzHTTP(options: HTTPFuzzOptions): Promise<FuzzResult> {
  const { fixture, random } = options;
  const { storage, logger } = fixture;
  const violations: string[] = [];
  const statuses = new Map<number, number>();
  const events: StorageEvent[] = [];
  const aborter = new AbortController();
  const loop = newLoopWatch();
  await plant(fixture);
  const sink = { event: (event: StorageEvent) => void events.push(event), end: () => undefined };
  await storage.watch('', sink, { after: await storage.revision(), signal: aborter.signal });
  const sentinels = await readSentinels(fixture);
  const deadline = performance.now() + options.budgetMs;
  let requests = 0;
  try {
    while (performance.now() < deadline && violations.length < 20) {
      const request = newRequest(random);
      const before = { events: events.length, lines: logger.lines.length };
      loop.reset();
      const answer = await send(request, options);
      requests++;
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      const changes = events.slice(before.events);
      const faults = [...(await judgeAnswer(request, answer)), ...judgeChanges(request, answer, changes)];
      const lines = logger.lines.slice(before.lines);
      // Cells of the test kind fail on purpose for objects that the schema of the test kind allows.
      if (lines.some(({ fields: { err } }) => err instanceof Error && err.message === 'a widget without a spec'))
        continue;
      for (const line of lines) {
        const { err } = line.fields;
        if (line.level === 'error') faults.push(`logged ${line.message}: ${err instanceof Error ? err.stack : ''}`);
      }
      if (loop.longest() > allowedMs(request)) faults.push(...(await judgeBlocking(request, options, loop)));
      if (requests % 200 === 0) faults.push(...(await judgeLists(options)));
      if ('polluted' in {} || Object.keys(Object.prototype).length > 0) faults.push('Object.prototype is polluted');
      for (const fault of faults) violations.push(`request ${requests}: ${fault}\n    ${describe(request, answer)}`);
      if (requests % 50 === 0) await plant(fixture);
    }
  } finally {
    loop.stop();
    aborter.abort();
  }
  if ((await readSentinels(fixture)) !== sentinels)
    violations.push('an object changed that nobody asked to be changed');
  return { requests, statuses, violations };
}

/** Something to aim at, and something that nobody may hit. */
async function plant({ widgets, gadgets }: APIServerFixture): Promise<void> {
  const write = { user: { name: 'gardener', uid: '', groups: [], extra: {} }, dryRun: false, warn: () => undefined };
  const ignore = (): undefined => undefined;
  for (const name of names) {
    const spec: NonNullable<Widget['spec']> = { size: 1, color: 'red', tags: ['x'], settings: { k: 'v' } };
    await widgets.create(newWidget(name, { spec }), 'fuzz', write).catch(ignore);
    await widgets.create(newWidget(name, { spec }), 'sentinel', write).catch(ignore);
    await gadgets.create(newGadget(name, { data: { k: 'v' } }), '', write).catch(ignore);
    await widgets.update({ namespace: 'fuzz', name, subresource: '', transform: release }, write).catch(ignore);
  }
}

/** Lets go what waits for finalizers. */
function release<T extends { metadata: { deletionTimestamp?: string; finalizers?: string[] } }>(old: T): T {
  return old.metadata.deletionTimestamp === undefined
    ? old
    : { ...structuredClone(old), metadata: { ...structuredClone(old.metadata), finalizers: [] } };
}

async function readSentinels({ storage }: APIServerFixture): Promise<string> {
  return JSON.stringify((await storage.list('test.example.com/widgets/sentinel/')).items);
}

function judgeChanges(
  { method, path, mayChange, body }: HostileRequest,
  { status, text }: Answer,
  changes: readonly StorageEvent[],
): string[] {
  const faults: string[] = [];
  // Upstream, too, finds out only after it has written that it cannot answer in this form.
  const isUnanswerable = /the requested object is not a list|unrecognized includeObject value/.test(text);
  if (status >= 400 && changes.length > 0 && !isUnanswerable)
    faults.push(`a refusal changed ${changes.map(({ key }) => key).join()}`);
  // What the body of a deletion says is all that counts, as upstream has it.
  const isDryRun = /[?&]dryRun=All(&|$)/.test(path) && (method !== 'DELETE' || body === undefined);
  if (isDryRun && changes.length > 0) faults.push('a dry run changed something');
  for (const { key, object } of changes) {
    if (!key.startsWith(mayChange)) faults.push(`${key} was changed`);
    if (JSON.stringify(JSON.parse(JSON.stringify(object))) !== JSON.stringify(object)) faults.push(`${key} is no JSON`);
  }
  return faults;
}

/** YAML is the one thing that is slow to read, about two microseconds a byte; its length is limited for that reason. */
function allowedMs({ headers, body }: HostileRequest): number {
  const isYAML = headers['Content-Type']?.includes('yaml') === true && (body?.length ?? 0) <= maxYAMLBytes;
  return maxBlockedMs + (isYAML ? (body?.length ?? 0) / 500 : 0);
}

/** A stall counts only if the request brings it about each time: others use this machine too. */
async function judgeBlocking(
  request: HostileRequest,
  options: HTTPFuzzOptions,
  loop: { reset(): void; longest(): number },
): Promise<string[]> {
  const first = loop.longest();
  for (let attempt = 0; attempt < 2; attempt++) {
    loop.reset();
    await send(request, options);
    if (loop.longest() <= allowedMs(request)) return [];
  }
  return [`the event loop was blocked for ${Math.round(first)} ms, then ${Math.round(loop.longest())} ms`];
}

/** What got stored must not keep others from reading. */
async function judgeLists(options: HTTPFuzzOptions): Promise<string[]> {
  const faults: string[] = [];
  for (const Accept of [
    'application/json',
    'application/json;as=Table;v=v1;g=meta.k8s.io',
    'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
    'application/yaml',
  ]) {
    for (const path of ['/apis/test.example.com/v1/widgets', '/apis/test.example.com/v1/gadgets']) {
      if (path.endsWith('widgets') && Accept.includes('Table')) continue;
      const { status, text } = await send({ method: 'GET', path, headers: { Accept }, mayChange: '-' }, options);
      if (status !== 200) faults.push(`a list as ${Accept} is refused: ${text.slice(0, 300)}`);
    }
  }
  return faults;
}

/** Sends a request; what the client itself refuses to send has status 0. A stream is left as soon as it begins. */
function send({ method, path, headers, body }: HostileRequest, { fixture, agent }: HTTPFuzzOptions): Promise<Answer> {
  return new Promise((resolve) => {
    const fail = (error: unknown): void => resolve({ status: 0, contentType: '', text: String(error) });
    const length = body === undefined ? {} : { 'Content-Length': body.length };
    try {
      const sent = openRequest(
        {
          host: '127.0.0.1',
          port: fixture.port,
          agent,
          method,
          path,
          headers: { Authorization: 'Bearer admin-token', ...headers, ...length },
        },
        (response) => {
          const chunks: Buffer[] = [];
          const done = (): void =>
            resolve({
              status: response.statusCode ?? 0,
              contentType: response.headers['content-type'] ?? '',
              text: Buffer.concat(chunks).toString(),
            });
          response
            .on('data', (chunk: Buffer) => chunks.push(chunk))
            .on('end', done)
            .on('error', done);
          if (/[?&]watch=/.test(path)) setTimeout(() => response.destroy(), 20).unref();
          response.on('close', done);
        },
      );
      sent
        .on('error', fail)
        .setTimeout(answerMs, () => sent.destroy(new Error('not in time')))
        .end(body);
    } catch (error) {
      fail(error);
    }
  });
}

function describe({ method, path, headers, body }: HostileRequest, { status, text }: Answer): string {
  const shown = body === undefined ? '' : JSON.stringify(body.toString('latin1').slice(0, 1500));
  return `${method} ${path.slice(0, 500)} ${JSON.stringify(headers).slice(0, 300)} ${shown}\n    → ${status} ${text.slice(0, 600)}`;
}
