import t, { type Test } from 'tap';
import type { ExternalName } from '../../../apis/service.grafana.app/v0alpha1/external-name-schema.ts';
import { newObjectFeed } from '../testing/object-feed.ts';
import { type ResolverHarness, runResolverContract } from '../testing/resolver-contract.ts';
import { newEndpoints, newService, newServiceFeeds, newSlice, type ServiceFeeds } from '../testing/service-feeds.ts';
import { newExternalNameResolver } from './external-name.ts';
import { type FollowingResolver, ResolveError } from './interface.ts';
import { newPrecedenceResolver } from './precedence.ts';

const reference = { namespace: 'ns', name: 'svc', port: 7443 };

function newExternalName(host: string | undefined): ExternalName {
  const spec = host === undefined ? {} : { host };
  return { apiVersion: '', kind: 'ExternalName', metadata: { namespace: 'ns', name: 'svc' }, spec };
}

/** Runs what is followed, and answers with what ends it. */
async function follow(
  resolver: FollowingResolver,
  informers: readonly { run(signal: AbortSignal): Promise<void> }[],
): Promise<() => Promise<void>> {
  const stopping = new AbortController();
  const running = Promise.all(informers.map((each) => each.run(stopping.signal)));
  await resolver.waitForSync(stopping.signal);
  return async () => {
    stopping.abort();
    await running;
  };
}

async function startExternalName(): Promise<ResolverHarness> {
  const feed = newObjectFeed<ExternalName>();
  const resolver = newExternalNameResolver(feed.informer);
  return {
    resolver,
    place: (host) => feed.put(newExternalName(host)),
    remove: () => feed.delete('ns/svc'),
    stop: await follow(resolver, [feed.informer]),
  };
}

/** A harness over Services that are placed and removed like this. */
function overServices(
  place: (feeds: ServiceFeeds, host: string) => void,
  remove: (feeds: ServiceFeeds) => void,
): () => Promise<ResolverHarness> {
  return async () => {
    const feeds = newServiceFeeds();
    const stop = await follow(feeds.resolver, [feeds]);
    const { resolver } = feeds;
    return { resolver, place: (host) => place(feeds, host), remove: () => remove(feeds), stop };
  };
}

const listening = newService('svc', { ports: [{ port: 7443 }] });

runResolverContract(t, 'ExternalName', { start: startExternalName, external: true });
runResolverContract(t, 'Service of type ExternalName', {
  external: true,
  start: overServices(
    ({ services }, externalName) => services.put(newService('svc', { type: 'ExternalName', externalName })),
    ({ services }) => services.delete('ns/svc'),
  ),
});
runResolverContract(t, 'Service with Endpoints', {
  external: false,
  start: overServices(
    ({ services, endpoints }, ip) => {
      endpoints.put(newEndpoints('svc', [{ addresses: [{ ip }], ports: [{ port: 7443 }] }]));
      services.put(listening);
    },
    ({ endpoints }) => endpoints.delete('ns/svc'),
  ),
});
runResolverContract(t, 'Service with EndpointSlices', {
  external: false,
  start: overServices(
    ({ services, endpointSlices }, host) => {
      endpointSlices.put(newSlice({ name: 'svc-1', service: 'svc', hosts: [host], port: 7443 }));
      services.put(listening);
    },
    ({ endpointSlices }) => endpointSlices.delete('ns/svc-1'),
  ),
});
runResolverContract(t, 'ExternalName before Service', {
  external: true,
  start: async () => {
    const harness = await startExternalName();
    const { resolver: service } = newServiceFeeds();
    const resolver = newPrecedenceResolver({
      externalName: harness.resolver,
      service: { ...service, waitForSync: (signal) => harness.resolver.waitForSync(signal) },
    });
    return { ...harness, resolver };
  },
});

async function startFeeds(t: Test): Promise<ServiceFeeds> {
  const feeds = newServiceFeeds();
  t.teardown(await follow(feeds.resolver, [feeds]));
  return feeds;
}

function failureOf(resolver: FollowingResolver, port = 7443): string {
  try {
    return JSON.stringify(resolver.resolve({ ...reference, port }));
  } catch (error) {
    return error instanceof ResolveError ? `${error.reason}: ${error.message}` : String(error);
  }
}

t.test('an ExternalName without a host says so', async (t) => {
  const feed = newObjectFeed<ExternalName>();
  const resolver = newExternalNameResolver(feed.informer);
  t.teardown(await follow(resolver, [feed.informer]));
  feed.put(newExternalName(undefined));
  t.match(failureOf(resolver), /^ServiceAccessError: .+the ExternalName "svc" has no spec.host/);
});

t.test(
  'a Service of type ExternalName is reached on the port of the APIService, unless its own list says where that leads',
  async (t) => {
    const { services, resolver } = await startFeeds(t);
    const ports = [
      { port: 443, targetPort: 8443 },
      { port: 444, targetPort: 'https' },
      { port: 445, targetPort: 1, protocol: 'UDP' as const },
    ];
    services.put(newService('svc', { type: 'ExternalName', externalName: 'a.example', ports }));
    const portOf = (port: number) => resolver.resolve({ ...reference, port }).addresses[0]?.port;
    t.same([443, 444, 445, 7443].map(portOf), [8443, 444, 445, 7443]);
  },
);

t.test('what keeps a Service from being reached is told with the reason of upstream and with what to do', async (t) => {
  const { services, endpoints, endpointSlices, resolver } = await startFeeds(t);
  services.put(
    newService('svc', {
      ports: [
        { port: 443, name: 'web' },
        { port: 53, protocol: 'UDP' },
      ],
    }),
  );
  t.equal(
    failureOf(resolver, 53),
    'ServicePortError: service/svc in "ns" is not listening on port 53: the Service lists 443, 53/UDP; correct spec.service.port of the APIService or spec.ports of the Service',
  );
  t.match(
    failureOf(resolver, 443),
    /^EndpointsNotFound: cannot find endpointslices for service\/svc in "ns": .+create/,
  );
  endpointSlices.put(
    newSlice({ name: 's1', service: 'svc', hosts: [{ host: '192.0.2.1', ready: false }], port: 1, portName: 'web' }),
  );
  endpointSlices.put(newSlice({ name: 's2', service: 'svc', hosts: ['192.0.2.2'], port: 1, portName: 'metrics' }));
  t.equal(
    failureOf(resolver, 443),
    'MissingEndpoints: endpointslices for service/svc in "ns" have no addresses with port name "web": of their endpoints 1 are ready and 1 are not, and their ports are named "web", "metrics"; the port of the Service and that of the endpoints must have one name',
  );
  endpoints.put(newEndpoints('svc', [{ notReadyAddresses: [{ ip: '192.0.2.3' }], ports: [{ port: 2, name: 'web' }] }]));
  t.match(failureOf(resolver, 443), /^MissingEndpoints: .+1 are ready and 2 are not/);
  services.put(newService('svc', {}));
  t.match(failureOf(resolver, 443), /^ServicePortError: .+ lists no port;/);
});

t.test('all ready addresses of the named port count, each once, from slices and Endpoints alike', async (t) => {
  const { services, endpoints, endpointSlices, resolver } = await startFeeds(t);
  services.put(newService('svc', { ports: [{ port: 7443, name: 'api' }] }));
  const ready = ['192.0.2.2', { host: '192.0.2.1', ready: true }, { host: '192.0.2.9', ready: false }];
  endpointSlices.put(newSlice({ name: 's1', service: 'svc', hosts: ready, port: 1, portName: 'api' }));
  endpointSlices.put(newSlice({ name: 's2', service: 'other', hosts: ['192.0.2.8'], port: 1, portName: 'api' }));
  const subset = {
    addresses: [{ ip: '192.0.2.2' }, { ip: '192.0.2.3' }],
    ports: [
      { port: 1, name: 'api' },
      { port: 2, name: 'metrics' },
    ],
  };
  endpoints.put(newEndpoints('svc', [subset]));
  const hosts = (): string[] => resolver.resolve(reference).addresses.map(({ host, port }) => `${host}:${port}`);
  t.same(hosts(), ['192.0.2.1:1', '192.0.2.2:1', '192.0.2.3:1']);

  const mirrored = {
    ...newEndpoints('svc', [subset]),
    metadata: { name: 'svc', namespace: 'ns', labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
  };
  endpoints.put(mirrored);
  t.same(hosts(), ['192.0.2.1:1', '192.0.2.2:1']);

  endpointSlices.put(newSlice({ name: 's1', service: 'other', hosts: ready, port: 1, portName: 'api' }));
  t.match(failureOf(resolver), /^EndpointsNotFound/);
});

t.test(
  'of two families of addresses the one that the Service names first is taken, as long as it has any',
  async (t) => {
    const { services, endpointSlices, endpoints, resolver } = await startFeeds(t);
    const hosts = (): string[] => resolver.resolve(reference).addresses.map(({ host }) => host);
    endpointSlices.put(newSlice({ name: 's4', service: 'svc', hosts: ['192.0.2.1'], port: 7443 }));
    endpointSlices.put(newSlice({ name: 's6', service: 'svc', hosts: ['2001:db8::1'], port: 7443, family: 'IPv6' }));
    services.put(listening);
    t.same(hosts(), ['192.0.2.1', '2001:db8::1']);
    services.put(newService('svc', { ports: [{ port: 7443 }], ipFamilies: ['IPv6', 'IPv4'] }));
    t.same(hosts(), ['2001:db8::1']);
    endpoints.put(
      newEndpoints('svc', [{ addresses: [{ ip: '2001:db8::2' }, { ip: '192.0.2.2' }], ports: [{ port: 7443 }] }]),
    );
    t.same(hosts(), ['2001:db8::1', '2001:db8::2']);
    endpointSlices.delete('ns/s6');
    endpoints.delete('ns/svc');
    t.same(hosts(), ['192.0.2.1']);
  },
);

t.test('an ExternalName stands before a Service of its name, whatever state that is in, and says so', async (t) => {
  const feeds = await startFeeds(t);
  const feed = newObjectFeed<ExternalName>();
  const externalName = newExternalNameResolver(feed.informer);
  t.teardown(await follow(externalName, [feed.informer]));
  const resolver = newPrecedenceResolver({ externalName, service: feeds.resolver });
  t.match(
    failureOf(resolver),
    /^ServiceNotFound: service\/svc in "ns" is not present: there is neither an ExternalName nor a Service "svc"/,
  );
  feeds.services.put(newService('svc', { type: 'ExternalName', externalName: 'b.example' }));
  t.match(resolver.resolve(reference), { addresses: [{ host: 'b.example' }], note: undefined });
  feed.put(newExternalName('a.example'));
  const note = 'the ExternalName "svc" in namespace "ns" is used, and the Service of the same name is not';
  t.match(resolver.resolve(reference), { addresses: [{ host: 'a.example' }], note });
  feeds.services.put(newService('svc', {}));
  t.match(resolver.resolve(reference), { addresses: [{ host: 'a.example' }], note });
  feed.put(newExternalName(undefined));
  t.match(failureOf(resolver), /^ServiceAccessError: .+ has no spec.host/);
  feed.delete('ns/svc');
  t.match(failureOf(resolver), /^ServicePortError/);
});
