import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Test } from 'tap';
import type { JSONObject } from '../../apimachinery/runtime/json.ts';
import type { AggregatorOptions } from '../interface.ts';
import type { OwnRequest } from '../proxy/interface.ts';
import { type FakeClock, newFakeClock } from '../../testing/fake-clock.ts';
import { type AggregatorFixture, startAggregator } from './aggregator-fixture.ts';
import { type Behaviour, type FakeTransport, healthy, newFakeTransport } from './fake-transport.ts';

/** Answers of a backend by path. */
export type Routes = Readonly<Record<string, Behaviour | ((request: OwnRequest) => Behaviour)>>;

/** An aggregator with one backend, which answers by path. */
export interface DocumentsFixture extends AggregatorFixture {
  readonly clock: FakeClock;
  readonly transport: () => FakeTransport;
  /** Answers by path; a probe is answered well where nothing is said, other paths with 404. */
  routes: Routes;
  /** Paths asked for since the last call, without those of probes. */
  readonly asked: () => readonly string[];
}

/** Also tells legacy documents, which have the path of a probe. */
export function isProbe({ path }: OwnRequest): boolean {
  return path === '/apis/a.example/v1' || path === '/apis/b.example/v2';
}

/** Starts one; it stops with the test. */
export async function startDocuments(
  t: Test,
  routes: Routes,
  options: Partial<Pick<AggregatorOptions, 'documentStores' | 'recordEvent'>> = {},
): Promise<DocumentsFixture> {
  const clock = newFakeClock();
  let transport = newFakeTransport(clock);
  const newTransport = (): FakeTransport => {
    transport = newFakeTransport(clock);
    transport.behave = (request) => {
      const route = fixture.routes[request.path] ?? (isProbe(request) ? healthy : { answer: { status: 404 } });
      return typeof route === 'function' ? route(request) : route;
    };
    return transport;
  };
  const base = await startAggregator({ newTransport, clock, random: () => 0, ...options });
  t.teardown(() => base.stop());
  const asked = (): string[] =>
    transport.requests
      .splice(0)
      .filter((request) => !isProbe(request))
      .map(({ path }) => path);
  const fixture: DocumentsFixture = Object.assign(base, { clock, transport: () => transport, routes, asked });
  // Files are read by the clock of the machine.
  while (!base.aggregator.hasSynced()) await nextTurn();
  await clock.advance(0);
  return fixture;
}

/** Content type of aggregated discovery. */
export const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
/** A resource as a backend sends it. */
export const gadgets: JSONObject = {
  resource: 'gadgets',
  responseKind: null,
  scope: 'Namespaced',
  singularResource: 'gadget',
  verbs: ['get'],
};
/** The same as it is published. */
export const filledGadgets: JSONObject = { ...gadgets, responseKind: { group: '', version: '', kind: '' } };

/** Aggregated discovery of a backend that serves these resources in `a.example/v1`. */
export function aggregated(resources: readonly unknown[], options: { etag?: string; type?: string } = {}): Behaviour {
  const items = [
    { metadata: { name: 'not.registered' }, versions: [{ version: 'v1', resources: [gadgets] }] },
    {
      metadata: { name: 'a.example' },
      versions: [{ version: 'v9' }, { version: 'v1', resources, freshness: 'Current' }],
    },
    { metadata: { name: 'b.example' }, versions: [{ version: 'v2', resources: [] }] },
  ];
  const headers = { 'content-type': options.type ?? aggregatedType, ...(options.etag && { etag: options.etag }) };
  return { answer: { status: 200, headers, body: { kind: 'APIGroupDiscoveryList', items } } };
}

/** The document of `a.example/v1` for older clients. */
export const legacy: Behaviour = {
  answer: {
    status: 200,
    body: {
      kind: 'APIResourceList',
      groupVersion: 'a.example/v1',
      resources: [
        { name: 'things', singularName: 'thing', namespaced: true, kind: 'Thing', verbs: ['list'] },
        { name: 'things/status', singularName: '', namespaced: true, kind: 'Thing', verbs: ['get'] },
      ],
    },
  },
};
