import type { Clock } from '../../component/id/clock.ts';
import { BackendFailure, type BackendStep } from '../proxy/backend-failure.ts';
import type { OwnRequest, OwnResponse, Transport, TransportSettings } from '../proxy/interface.ts';

/** What a fake backend does with a request: answer or fail after some time, or never. */
export type Behaviour = { readonly afterMs?: number } & (
  | { readonly answer: { readonly status: number; readonly body?: unknown; readonly headers?: OwnResponse['headers'] } }
  | { readonly failure: BackendFailure }
  | { readonly silent: true }
);

/** A transport by a fake clock, without sockets. */
export interface FakeTransport extends Transport {
  /** May be replaced at any time. */
  behave: (request: OwnRequest) => Behaviour;
  readonly requests: OwnRequest[];
  /** Whether the next answers come over connections that were there before. */
  reused: boolean;
  /** Requests without an end so far. */
  readonly running: number;
  readonly closed: 'no' | 'closed' | 'destroyed';
}

/** Settings for nobody. */
export const fakeSettings: TransportSettings = {
  host: '192.0.2.1',
  port: 7443,
  serverNames: ['a.b.svc'],
  ca: '',
  insecureSkipTLSVerify: false,
};

/** A failure at a step. */
export function newFailure(step: BackendStep, code: string): BackendFailure {
  const address = 'https://192.0.2.1:7443';
  return new BackendFailure({ step, code, address, expected: 'better', seen: `seen ${code}`, hint: 'Mend it.' });
}

/** The answer of a healthy backend to a probe. */
export const healthy: Behaviour = { answer: { status: 200, body: { kind: 'APIResourceList', resources: [] } } };

/** The behaviour of a backend that nothing listens at. */
export const refused: Behaviour = { failure: newFailure('connect', 'ECONNREFUSED') };

/** The behaviour of one that accepts everything and never answers. */
export const silent: Behaviour = { silent: true };

/** A transport whose backend is healthy at first. */
export function newFakeTransport(clock: Clock, settings: TransportSettings = fakeSettings): FakeTransport {
  let running = 0;
  let closed: FakeTransport['closed'] = 'no';
  const transport: FakeTransport = {
    settings,
    connections: { http1: 0, http2: 1, streams: 3 },
    requests: [],
    reused: true,
    behave: () => healthy,
    get running() {
      return running;
    },
    get closed() {
      return closed;
    },
    fetch(request) {
      transport.requests.push(request);
      running++;
      const { reused } = transport;
      const answer = perform(clock, request, transport.behave(request)).finally(() => running--);
      return answer.then((response) => ({ ...response, reused }));
    },
    roundTrip: () => Promise.reject(new Error('not faked')),
    upgrade: () => Promise.reject(new Error('not faked')),
    async close() {
      closed = 'closed';
    },
    async destroy() {
      closed = 'destroyed';
    },
  };
  return transport;
}

function perform(clock: Clock, request: OwnRequest, behaviour: Behaviour): Promise<OwnResponse> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      for (const timer of timers) timer.cancel();
      request.signal?.removeEventListener('abort', onAbort);
      settle();
    };
    const onAbort = (): void => end(() => reject(newFailure('http', 'ABORTED')));
    const timers = [
      clock.setTimeout(() => end(() => reject(newFailure('http', 'TIMEOUT'))), request.timeoutMs),
      ...('silent' in behaviour
        ? []
        : [clock.setTimeout(() => end(() => conclude(behaviour)), behaviour.afterMs ?? 0)]),
    ];
    const conclude = (how: Exclude<Behaviour, { silent: true }>): void => {
      if ('failure' in how) return reject(how.failure);
      const { status, body, headers = {} } = how.answer;
      resolve({ status, headers, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? null)) });
    };
    request.signal?.addEventListener('abort', onAbort);
    if (request.signal?.aborted === true) onAbort();
  });
}
