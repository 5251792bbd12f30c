import t from 'tap';
import { newKindTester } from '../../../pkg/testing/kind-tester.ts';
import { endpointsKind } from './endpoints.ts';

const { create, createFault, updateFault, cells } = newKindTester(endpointsKind);

const label = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`;

const withAddress = (address: object) => ({ subsets: [{ addresses: [address] }] });
const withPorts = (...ports: object[]) => ({ subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports }] });

t.test('what is empty is left out, and a port is TCP', async (t) => {
  t.same((await create({ subsets: [] })).subsets, undefined);
  const subset = { addresses: [{ ip: '10.0.0.1', hostname: '', targetRef: { name: '' } }], notReadyAddresses: [] };
  t.equal(
    JSON.stringify((await create({ subsets: [{ ...subset, ports: [{ port: 80, name: '' }] }] })).subsets),
    '[{"addresses":[{"ip":"10.0.0.1","targetRef":{}}],"ports":[{"port":80,"protocol":"TCP"}]}]',
  );
});

t.test('addresses are those of other machines', async (t) => {
  const at = 'subsets[0].addresses[0].ip: Invalid value:';
  const cases: Readonly<Record<string, string>> = {
    '10.0.0.1': '',
    '2001:db8::1': '',
    '010.0.0.1': `${at} "010.0.0.1": must not have leading 0s`,
    '::ffff:10.0.0.1': `[${at} "::ffff:10.0.0.1": must not be an IPv4-mapped IPv6 address]`,
    x: `[${at} "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff), ${at} "x": must be a valid IP address]`,
    '0.0.0.0': `${at} "0.0.0.0": may not be unspecified (0.0.0.0)`,
    '::': `${at} "::": may not be unspecified (::)`,
    '127.1.2.3': `${at} "127.1.2.3": may not be in the loopback range (127.0.0.0/8, ::1/128)`,
    '0:0::1': `${at} "0:0::1": may not be in the loopback range (127.0.0.0/8, ::1/128)`,
    '169.254.1.1': `${at} "169.254.1.1": may not be in the link-local range (169.254.0.0/16, fe80::/10)`,
    'febf::1': `${at} "febf::1": may not be in the link-local range (169.254.0.0/16, fe80::/10)`,
    '224.0.0.9': `${at} "224.0.0.9": may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)`,
    'ff12::1': `${at} "ff12::1": may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)`,
    '224.0.1.9': '',
  };
  for (const [ip, fault] of Object.entries(cases)) {
    t.equal(
      (await createFault(withAddress({ ip }))).replace(/^\[([^,]*)\]$/, '$1'),
      fault.replace(/^\[([^,]*)\]$/, '$1'),
      ip,
    );
  }
  const named = { ip: '10.0.0.1', hostname: 'A', nodeName: 'b' };
  t.equal(await createFault(withAddress(named)), `subsets[0].addresses[0].hostname: Invalid value: "A": ${label}`);
  t.match(
    await createFault(withAddress({ ip: '10.0.0.1', nodeName: 'B' })),
    /^subsets\[0\]\.addresses\[0\]\.nodeName: Invalid value: "B": a lowercase RFC 1123 subdomain/,
  );
});

t.test('ports have numbers, and names where there are several', async (t) => {
  const field = 'subsets[0].ports[0]';
  t.equal(await createFault(withPorts({ port: 80 })), '');
  t.equal(
    await createFault(withPorts({ port: 0 })),
    `${field}.port: Invalid value: 0: must be between 1 and 65535, inclusive`,
  );
  t.equal(await createFault(withPorts({ port: 1 }, { port: 2, name: 'b' })), `${field}.name: Required value`);
  t.equal(await createFault(withPorts({ port: 1, name: 'A' })), `${field}.name: Invalid value: "A": ${label}`);
  t.equal(
    await createFault(withPorts({ port: 1, protocol: 'tcp' })),
    `${field}.protocol: Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"`,
  );
  t.match(
    await createFault(withPorts({ port: 1, appProtocol: 'a b' })),
    /^subsets\[0\]\.ports\[0\]\.appProtocol: Invalid value: "a b"/,
  );
  t.equal(
    await createFault({ subsets: [{}] }),
    'subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`',
  );
});

t.test('what was wrong and stays so is left alone', async (t) => {
  const old = await create({ subsets: [{}] });
  t.equal(await updateFault({ subsets: [{}], metadata: { name: 'a', labels: { a: 'b' } } }, old), '');
  t.match(await updateFault({ subsets: [{}, {}] }, old), /^\[subsets\[0\]/);
});

t.test('the table shows the first few places', async (t) => {
  const ips = ['10.0.0.1', '10.0.0.2', '2001:db8::1'].map((ip) => ({ ip }));
  const ports = [
    { name: 'a', port: 80 },
    { name: 'b', port: 443 },
  ];
  t.same(cells(await create({})), ['<none>']);
  t.same(cells(await create({ subsets: [{ addresses: ips }] })), ['10.0.0.1,10.0.0.2,2001:db8::1']);
  t.same(cells(await create({ subsets: [{ addresses: ips, ports }] })), [
    '10.0.0.1:80,10.0.0.2:80,[2001:db8::1]:80 + 3 more...',
  ]);
});

t.test('addresses that could be written better are told of', async (t) => {
  const draft = await create({
    subsets: [{ addresses: [{ ip: '2001:DB8::1' }], notReadyAddresses: [{ ip: '10.0.0.1' }] }],
  });
  t.same(endpointsKind.strategy?.warnings?.(draft, undefined), [
    'subsets[0].addresses[0].ip: IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")',
  ]);
});
