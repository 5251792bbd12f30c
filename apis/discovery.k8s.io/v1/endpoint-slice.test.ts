import t from 'tap';
import { newKindTester } from '../../../pkg/testing/kind-tester.ts';
import { endpointSliceKind } from './endpoint-slice.ts';

const { create, update, createFault, updateFault, cells } = newKindTester(endpointSliceKind);

const slice = { addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.1'] }], ports: [{ port: 443 }] };
const withEndpoint = (endpoint: object) => ({
  addressType: 'IPv4',
  endpoints: [{ addresses: ['10.0.0.1'], ...endpoint }],
});
const withAddress = (addressType: string, address: string) => ({ addressType, endpoints: [{ addresses: [address] }] });

t.test('ports have a name and a protocol, endpoints a state', async (t) => {
  t.equal(
    JSON.stringify({ ...(await create(slice)), metadata: undefined }),
    '{"kind":"EndpointSlice","apiVersion":"discovery.k8s.io/v1","addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"],"conditions":{}}],"ports":[{"name":"","protocol":"TCP","port":443}]}',
  );
});

t.test('what v1beta1 said of the place is dropped', async (t) => {
  const old = await create(withEndpoint({ deprecatedTopology: { 'kubernetes.io/hostname': 'n' } }));
  t.notOk(Object.hasOwn(old.endpoints?.[0] ?? {}, 'deprecatedTopology'));
  const changed = await update(withEndpoint({ deprecatedTopology: { a: 'b' }, zone: 'z' }), old);
  t.notOk(Object.hasOwn(changed.endpoints?.[0] ?? {}, 'deprecatedTopology'));
});

t.test('a slice that comes to another Service is another generation', async (t) => {
  const old = { ...(await create(slice)), metadata: { name: 'a', namespace: 'default', generation: 3 } };
  const moved = await update({ ...slice, metadata: { name: 'a', labels: { 'kubernetes.io/service-name': 's' } } }, old);
  t.equal(moved.metadata.generation, 4);
  t.equal((await update(slice, old)).metadata.generation, undefined, 'the registry counts other changes');
});

t.test('the type says what addresses look like', async (t) => {
  const one = 'endpoints[0].addresses[0]: Invalid value:';
  const all = 'endpoints[0].addresses: Invalid value:';
  const cases: readonly (readonly [string, string, string])[] = [
    ['IPv4', '10.0.0.1', ''],
    ['IPv4', 'x', `${one} "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)`],
    ['IPv4', '2001:db8::1', `${all} "2001:db8::1": must be an IPv4 address`],
    ['IPv4', '127.0.0.1', `${one} "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)`],
    ['IPv6', '2001:db8::1', ''],
    ['IPv6', '2001:DB8:0::1', `${one} "2001:DB8:0::1": must be in canonical form ("2001:db8::1")`],
    ['IPv6', '10.0.0.1', `${all} "10.0.0.1": must be an IPv6 address`],
    ['FQDN', 'a.example.com', ''],
    ['FQDN', 'a.example.com.', ''],
    ['FQDN', '', 'endpoints[0].addresses[0]: Required value'],
    ['FQDN', 'a', `${one} "a": should be a domain with at least two segments separated by dots`],
    ['', '10.0.0.1', 'addressType: Required value'],
    ['IP', '10.0.0.1', 'addressType: Unsupported value: "IP": supported values: "FQDN", "IPv4", "IPv6"'],
  ];
  for (const [type, address, fault] of cases)
    t.equal(await createFault(withAddress(type, address)), fault, `${type} ${address}`);
  t.match(
    await createFault(withAddress('FQDN', 'A.b')),
    /^endpoints\[0\]\.addresses\[0\]: Invalid value: "A.b": a lowercase RFC 1123 subdomain/,
  );
  t.match(await createFault(withAddress('FQDN', `${'a'.repeat(64)}.b`)), /must be no more than 63 bytes/);
  const old = await create(slice);
  t.equal(
    await updateFault({ ...slice, addressType: 'FQDN', endpoints: [] }, old),
    'addressType: Invalid value: "FQDN": field is immutable',
  );
});

t.test('endpoints are complete', async (t) => {
  t.equal(
    await createFault({ addressType: 'IPv4', endpoints: [{}] }),
    'endpoints[0].addresses: Required value: must contain at least 1 address',
  );
  const addresses = Array.from({ length: 101 }, (_, at) => `10.0.0.${at}`);
  t.equal(
    await createFault(withEndpoint({ addresses })),
    'endpoints[0].addresses: Too many: 101: must have at most 100 items',
  );
  const endpoints = Array.from({ length: 1001 }, () => ({}));
  t.equal(
    await createFault({ addressType: 'IPv4', endpoints }),
    'endpoints: Too many: 1001: must have at most 1000 items',
  );
  t.match(
    await createFault(withEndpoint({ hostname: 'A' })),
    /^endpoints\[0\]\.hostname: Invalid value: "A": a lowercase RFC 1123 label/,
  );
  t.match(
    await createFault(withEndpoint({ nodeName: 'A' })),
    /^endpoints\[0\]\.nodeName: Invalid value: "A": a lowercase RFC 1123 subdomain/,
  );
  const hints = { forZones: [{ name: 'z' }, { name: 'z' }], forNodes: [{ name: 'A' }] };
  t.match(
    await createFault(withEndpoint({ hints })),
    /^\[endpoints\[0\]\.hints\.forZones\[1\]\.name: Duplicate value: "z", endpoints\[0\]\.hints\.forNodes\[0\]\.name: Invalid value: "A"/,
  );
  const forZones = Array.from({ length: 9 }, (_, at) => ({ name: `z${at}` }));
  t.equal(
    await createFault(withEndpoint({ hints: { forZones } })),
    'endpoints[0].hints.forZones: Too many: 9: must have at most 8 items',
  );
  const old = await create({ addressType: 'IPv4', endpoints: [{}] });
  t.equal(
    await updateFault({ addressType: 'IPv4', endpoints: [{}] }, old),
    '',
    'what was wrong and stays so is left alone',
  );
});

t.test('ports are told apart by their names', async (t) => {
  const withPorts = (...ports: object[]) => ({ addressType: 'IPv4', endpoints: [], ports });
  t.equal(await createFault(withPorts({ name: 'a', port: 1 }, { port: 1 })), '');
  t.equal(await createFault(withPorts({ port: 1 }, { port: 2 })), 'ports[1].name: Duplicate value: ""');
  t.match(
    await createFault(withPorts({ name: 'A' })),
    /^ports\[0\]\.name: Invalid value: "A": a lowercase RFC 1123 label/,
  );
  t.equal(
    await createFault(withPorts({ protocol: 'x' })),
    'ports[0].protocol: Unsupported value: "x": supported values: "SCTP", "TCP", "UDP"',
  );
  t.equal(await createFault(withPorts({ protocol: '' })), 'ports[0].protocol: Required value');
  const ports = Array.from({ length: 20_001 }, () => ({}));
  t.equal(await createFault(withPorts(...ports)), 'ports: Too many: 20001: must have at most 20000 items');
});

t.test('the table shows the first few', async (t) => {
  t.same(cells(await create({ addressType: 'IPv4' })), ['IPv4', '<unset>', '<unset>']);
  const endpoints = ['1', '2', '3', '4'].map((last) => ({ addresses: [`10.0.0.${last}`] }));
  const ports = [{ name: 'a', port: 80 }, { name: 'b' }];
  t.same(cells(await create({ addressType: 'IPv4', endpoints, ports })), [
    'IPv4',
    '80,b',
    '10.0.0.1,10.0.0.2,10.0.0.3 + 1 more...',
  ]);
  const { strategy = {} } = endpointSliceKind;
  const named = await create({ addressType: 'FQDN' });
  t.same(strategy.warnings?.(named, undefined), ['spec.addressType: FQDN endpoints are deprecated']);
  t.same(strategy.warnings?.(named, named), []);
});
