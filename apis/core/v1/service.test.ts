import t from 'tap';
import { newInvalid } from '../../../pkg/apimachinery/errors/constructors.ts';
import { newFieldSetOfNames } from '../../../pkg/apimachinery/managedfields/field-set/field-set-builder.ts';
import { newObjectType } from '../../../pkg/apimachinery/managedfields/typed/compile-type.ts';
import { updateManagedFields } from '../../../pkg/apimachinery/managedfields/update-managed-fields.ts';
import {
  applyStrategicMergePatch,
  decodeStrategicMergePatch,
} from '../../../pkg/apimachinery/patch/strategic-merge-patch.ts';
import { decodeObject } from '../../../pkg/apimachinery/runtime/decode-object.ts';
import { cloneJSON, type JSONObject } from '../../../pkg/apimachinery/runtime/json.ts';
import { applySchemaDefaults } from '../../../pkg/apimachinery/validation/defaults.ts';
import type { FieldError } from '../../../pkg/apimachinery/validation/field-error.ts';
import { newStructuralValidator } from '../../../pkg/apimachinery/validation/structural.ts';
import type { Service } from './service-schema.ts';
import { serviceKind } from './service.ts';

const { strategy = {}, columns = [], schema, selectableFields = {} } = serviceKind;
const validator = newStructuralValidator();

function toMessage(name: string, errors: readonly FieldError[]): string {
  return errors.length === 0 ? '' : newInvalid(serviceKind, name, errors).message;
}

/** As the server decodes it. */
async function decode(members: JSONObject): Promise<Service> {
  const { object } = await decodeObject({
    body: Buffer.from(JSON.stringify({ metadata: { name: 'a', namespace: 'g' }, ...members })),
    mediaType: 'application/json',
    expected: serviceKind,
    schema,
    fieldValidation: 'Strict',
  });
  return withDefaults(object);
}

function withDefaults(draft: Service): Service {
  applySchemaDefaults(draft, schema);
  strategy.applyDefaults?.(draft);
  return draft;
}

/** As the server stores what a client creates. */
async function create(spec?: unknown): Promise<Service> {
  const draft = await decode(spec === undefined ? {} : { spec });
  delete draft.status;
  strategy.prepareForCreate?.(draft);
  return draft;
}

/** As the server stores what a client puts over it. */
async function update(spec: unknown, old: Service): Promise<Service> {
  const draft = await decode({ spec });
  draft.status = cloneJSON(old.status ?? {});
  strategy.prepareForUpdate?.(draft, old);
  return draft;
}

/** What a client reads about a refused create. */
async function messageFor(spec?: unknown): Promise<string> {
  const draft = await create(spec);
  return toMessage('a', [...(await validator.validate(draft, schema)), ...(strategy.validate?.(draft) ?? [])]);
}

const http = { port: 80 };

t.test('a service for an external name is stored as recorded', async (t) => {
  const spec = { type: 'ExternalName', externalName: 'localhost', ports: [{ name: 'https', port: 443 }] };
  const draft = await create(spec);
  t.equal(
    JSON.stringify(draft.spec),
    '{"ports":[{"name":"https","protocol":"TCP","port":443,"targetPort":443}],"type":"ExternalName","sessionAffinity":"None","externalName":"localhost"}',
  );
  t.equal(JSON.stringify(draft.status), '{"loadBalancer":{}}');
  t.equal(draft.metadata.generation, undefined);
  t.equal(serviceKind.tracksGeneration, false);
  t.equal(await messageFor({ ...spec, externalName: '127.0.0.1' }), '', 'digits and dots are a name');
  t.equal(await messageFor({ type: 'ExternalName' }), 'Service "a" is invalid: spec.externalName: Required value');
});

t.test('ports are merged and owned by number and protocol, as recorded', async (t) => {
  const old = await create({ type: 'ExternalName', externalName: 'localhost', ports: [{ name: 'https', port: 443 }] });
  const { patch } = decodeStrategicMergePatch(Buffer.from('{"spec":{"ports":[{"port":8443,"name":"alt"}]}}'), {});
  const draft = withDefaults(applyStrategicMergePatch(cloneJSON(old), patch, schema) as unknown as Service);
  t.equal(
    JSON.stringify(draft.spec?.ports),
    '[{"name":"alt","protocol":"TCP","port":8443,"targetPort":8443},{"name":"https","protocol":"TCP","port":443,"targetPort":443}]',
  );
  const [entry] =
    updateManagedFields({
      type: newObjectType(schema),
      apiVersion: 'v1',
      manager: '',
      subresource: '',
      resetFields: newFieldSetOfNames([['status']]),
      now: () => 0,
      live: undefined,
      draft,
    }) ?? [];
  const port = { '.': {}, 'f:name': {}, 'f:port': {}, 'f:protocol': {}, 'f:targetPort': {} };
  t.strictSame(entry?.fieldsV1, {
    'f:spec': {
      'f:externalName': {},
      'f:ports': {
        '.': {},
        'k:{"port":443,"protocol":"TCP"}': port,
        'k:{"port":8443,"protocol":"TCP"}': port,
      },
      'f:sessionAffinity': {},
      'f:type': {},
    },
  });
});

t.test('defaults are written out, and nothing that is empty', async (t) => {
  const balanced = await create({ type: 'LoadBalancer', ports: [http], sessionAffinity: 'ClientIP' });
  t.strictSame(balanced.spec, {
    ports: [{ protocol: 'TCP', port: 80, targetPort: 80 }],
    type: 'LoadBalancer',
    sessionAffinity: 'ClientIP',
    externalTrafficPolicy: 'Cluster',
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } },
    allocateLoadBalancerNodePorts: true,
    internalTrafficPolicy: 'Cluster',
  });
  const empty = {
    ports: [{ ...http, name: '', protocol: '', targetPort: 0, nodePort: 0 }],
    selector: {},
    type: '',
    clusterIP: '',
    clusterIPs: [],
    externalIPs: [],
    sessionAffinity: '',
    publishNotReadyAddresses: false,
    sessionAffinityConfig: {},
  };
  t.equal(JSON.stringify((await create(empty)).spec), JSON.stringify((await create({ ports: [http] })).spec));
  const named = await create({ ports: [{ ...http, targetPort: 'web', protocol: 'UDP' }], externalIPs: ['192.0.2.1'] });
  t.match(named.spec, { ports: [{ protocol: 'UDP', targetPort: 'web' }], externalTrafficPolicy: 'Cluster' });
  const odd = await create({ ports: [null] });
  t.strictSame(odd.spec?.ports, [{ protocol: 'TCP', port: 0, targetPort: 0 }]);
  const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }, { hostname: 'a.example.com' }] } };
  t.strictSame((await decode({ status })).status?.loadBalancer?.ingress, [
    { ip: '192.0.2.1', ipMode: 'VIP' },
    { hostname: 'a.example.com' },
  ]);
});

t.test('an address is never allocated', async (t) => {
  const plain = await create({ ports: [http], selector: { app: 'a' } });
  t.match(plain.spec, { clusterIP: 'None', clusterIPs: ['None'], internalTrafficPolicy: 'Cluster' });
  const given = await create({ ports: [http], clusterIP: '10.0.0.1' });
  t.strictSame(given.spec?.clusterIPs, ['10.0.0.1']);
  for (const type of ['NodePort', 'LoadBalancer', 'ExternalName']) {
    const other = await create({ type, ports: [http] });
    t.notOk(other.spec?.clusterIP, type);
    t.notOk(other.spec?.ports?.[0]?.nodePort, type);
  }
  const detail = 'spec.type: this server has no service network: cluster IPs and node ports are not allocated';
  const node = await create({ type: 'NodePort', ports: [http] });
  t.strictSame(strategy.warnings?.(node, undefined), [detail]);
  t.strictSame(strategy.warnings?.(node, plain), [detail]);
  t.strictSame(strategy.warnings?.(node, node), []);
  const ignored = { ports: [http], externalName: 'x', loadBalancerIP: '1.1.1.1', externalIPs: ['1.1.1.1'] };
  t.strictSame(strategy.warnings?.(await create({ ...ignored, sessionAffinity: 'ClientIP' }), undefined), [
    'spec.externalName is ignored when spec.type is not "ExternalName"',
    'spec.loadBalancerIP is ignored for headless services',
    'spec.externalIPs is ignored for headless services',
    'spec.SessionAffinity is ignored for headless services',
  ]);
});

t.test('faults are told with the texts of a real server', async (t) => {
  const range = 'must be between 1 and 65535, inclusive';
  const label = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`;
  const ip = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
  const balanced = { type: 'LoadBalancer', ports: [http] };
  const named = { type: 'ExternalName', externalName: 'a.example.com.' };
  const cases: readonly [string, unknown, string][] = [
    ['nothing', undefined, 'spec.ports: Required value'],
    ['no ports', { type: 'LoadBalancer' }, 'spec.ports: Required value'],
    ['headless by intent', { clusterIP: 'None' }, ''],
    ['a full name', named, ''],
    [
      'a bad type',
      { type: 'X', ports: [http] },
      'spec.type: Unsupported value: "X": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    ],
    [
      'a bad protocol',
      { ports: [{ ...http, protocol: 'tcp' }] },
      'spec.ports[0].protocol: Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"',
    ],
    [
      'a bad affinity',
      { ports: [http], sessionAffinity: 'x' },
      'spec.sessionAffinity: Unsupported value: "x": supported values: "ClientIP", "None"',
    ],
    ['no port', { ports: [{ port: 65_536, targetPort: 1 }] }, `spec.ports[0].port: Invalid value: 65536: ${range}`],
    ['no target', { ports: [{ ...http, targetPort: -1 }] }, `spec.ports[0].targetPort: Invalid value: -1: ${range}`],
    [
      'a bad target name',
      { ports: [{ ...http, targetPort: 'a--b' }] },
      'spec.ports[0].targetPort: Invalid value: "a--b": must not contain consecutive hyphens',
    ],
    [
      'a target of digits',
      { ports: [{ ...http, targetPort: '80' }] },
      'spec.ports[0].targetPort: Invalid value: "80": must contain at least one letter (a-z)',
    ],
    ['a bad name', { ports: [{ ...http, name: 'A' }] }, `spec.ports[0].name: Invalid value: "A": ${label}`],
    ['names are needed', { ports: [http, { name: 'b', port: 81 }] }, 'spec.ports[0].name: Required value'],
    [
      'a name twice',
      {
        ports: [
          { name: 'b', port: 80 },
          { name: 'b', port: 81 },
        ],
      },
      'spec.ports[1].name: Duplicate value: "b"',
    ],
    [
      'a port twice',
      {
        ports: [
          { name: 'a', port: 80 },
          { name: 'b', port: 80 },
        ],
      },
      'spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}',
    ],
    [
      'one number, two protocols',
      {
        ports: [
          { name: 'a', port: 53 },
          { name: 'b', port: 53, protocol: 'UDP' },
        ],
      },
      '',
    ],
    [
      'a node port twice',
      {
        type: 'NodePort',
        ports: [
          { name: 'a', port: 80, nodePort: 30_000 },
          { name: 'b', port: 81, nodePort: 30_000 },
        ],
      },
      'spec.ports[1].nodePort: Duplicate value: 30000',
    ],
    [
      'a node port without nodes',
      { ports: [{ ...http, nodePort: 30_000 }] },
      "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
    ],
    [
      'not headless',
      { ...balanced, clusterIP: 'None' },
      `spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for LoadBalancer services`,
    ],
    [
      'the port of the kubelet',
      { ...balanced, ports: [{ port: 10_250 }] },
      'spec.ports[0]: Invalid value: 10250: may not expose port 10250 externally since it is used by kubelet',
    ],
    [
      'an address of an alias',
      { ...named, clusterIP: '10.0.0.1' },
      'spec.clusterIPs: Forbidden: may not be set for ExternalName services',
    ],
    ['no address', { ports: [http], clusterIP: 'x' }, `spec.clusterIPs[0]: Invalid value: "x": ${ip}`],
    [
      'another first address',
      { ports: [http], clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.2'] },
      'spec.clusterIPs: Invalid value: ["10.0.0.2"]: first value must match `clusterIP`',
    ],
    [
      'only the plural',
      { ports: [http], clusterIPs: ['10.0.0.2'] },
      'spec.clusterIPs: Invalid value: ["10.0.0.2"]: must be empty when `clusterIP` is not specified',
    ],
    [
      'two of a family',
      { ports: [http], clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1', '10.0.0.2'] },
      'spec.clusterIPs: Invalid value: ["10.0.0.1","10.0.0.2"]: may specify no more than one IP for each IP family',
    ],
    [
      'another family',
      { ports: [http], clusterIP: '10.0.0.1', ipFamilies: ['IPv6'] },
      'spec.clusterIPs[0]: Invalid value: "10.0.0.1": expected an IPv6 value as indicated by `ipFamilies[0]`',
    ],
    ['no external address', { ports: [http], externalIPs: ['x'] }, `spec.externalIPs[0]: Invalid value: "x": ${ip}`],
    [
      'a long affinity',
      { ports: [http], sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 86_401 } } },
      'spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400',
    ],
    [
      'a bad range',
      { ...balanced, loadBalancerSourceRanges: ['10.0.0.0/33'] },
      'spec.LoadBalancerSourceRanges[0]: Invalid value: "10.0.0.0/33": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
    ],
    [
      'a class of no load balancer',
      { ports: [http], loadBalancerClass: 'example.com/a' },
      "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'",
    ],
    [
      'a policy for nobody',
      { ports: [http], externalTrafficPolicy: 'Local' },
      'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
    ],
    [
      'a distribution',
      { ports: [http], trafficDistribution: 'x' },
      'spec.trafficDistribution: Unsupported value: "x": supported values: "PreferClose", "PreferSameNode", "PreferSameZone"',
    ],
  ];
  for (const [name, spec, expected] of cases) {
    t.equal(await messageFor(spec), expected === '' ? '' : `Service "a" is invalid: ${expected}`, name);
  }
  t.match(
    await messageFor({ type: 'ExternalName', externalName: 'A_b' }),
    /^Service "a" is invalid: spec\.externalName: Invalid value: "A_b": a lowercase RFC 1123 subdomain /,
  );
  t.match(
    await messageFor({ ports: [http], selector: { 'a b': 'c' } }),
    /spec\.selector: Invalid value: "a b": name part /,
  );
  t.strictSame(strategy.validateName?.('1-is-a-name', false), []);
  t.strictSame(strategy.validateName?.('a.b', false), [label]);
});

t.test('addresses stay, and go with the type that had them', async (t) => {
  const message = (object: Service, old: Service): string =>
    toMessage('a', strategy.validateUpdate?.(object, old) ?? []);
  const placed = await create({ ports: [http], clusterIP: '10.0.0.1' });
  const kept = await update({ ports: [http] }, placed);
  t.match(kept.spec, { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'] });
  t.equal(message(kept, placed), '');
  const moved = await update({ ports: [http], clusterIP: '10.0.0.2', clusterIPs: ['10.0.0.1'] }, placed);
  t.equal(
    message(moved, placed),
    'Service "a" is invalid: spec.clusterIPs[0]: Invalid value: ["10.0.0.2"]: may not change once set',
  );
  const alias = await update({ ...placed.spec, type: 'ExternalName', externalName: 'x' }, placed);
  t.notOk(alias.spec?.clusterIP);
  t.equal(message(alias, placed), '');
  const back = await update({ ...alias.spec, type: 'ClusterIP' }, alias);
  t.strictSame(back.spec?.clusterIPs, ['None']);
  t.equal(message(back, alias), '');
  const node = await update({ ...back.spec, type: 'NodePort', ports: [{ ...http, nodePort: 30_000 }] }, back);
  t.notOk(node.spec?.clusterIP);
  t.equal(message(node, back), '');
  const inside = await update({ ...node.spec, type: 'ClusterIP' }, node);
  t.match(inside.spec, { clusterIP: 'None', ports: [{ nodePort: undefined }], externalTrafficPolicy: undefined });
  t.equal(message(inside, node), '');
  const classed = await create({ type: 'LoadBalancer', ports: [http], loadBalancerClass: 'example.com/a' });
  t.equal(
    message(await update({ ...classed.spec, loadBalancerClass: 'example.com/b' }, classed), classed),
    'Service "a" is invalid: spec.loadBalancerClass: Invalid value: "example.com/b": may not change once set',
  );
});

t.test('only load balancers have places in the status', async (t) => {
  const withPlaces = async (type: string, ingress: unknown[]): Promise<string> => {
    const object = await decode({ spec: { type, ports: [http] }, status: { loadBalancer: { ingress } } });
    return toMessage('a', strategy.validateStatusUpdate?.(object, object) ?? []);
  };
  const start = 'Service "a" is invalid: status.loadBalancer.ingress';
  t.equal(await withPlaces('LoadBalancer', [{ ip: '192.0.2.1' }, { hostname: 'a.example.com' }]), '');
  t.equal(
    await withPlaces('ClusterIP', [{ ip: '192.0.2.1' }]),
    `${start}: Forbidden: may only be used when \`spec.type\` is 'LoadBalancer'`,
  );
  t.equal(
    await withPlaces('LoadBalancer', [{ ipMode: 'VIP' }]),
    `${start}[0].ipMode: Forbidden: may not be specified when \`ip\` is not set`,
  );
  t.equal(
    await withPlaces('LoadBalancer', [{ ip: '192.0.2.1', ipMode: 'x' }]),
    `${start}[0].ipMode: Unsupported value: "x": supported values: "Proxy", "VIP"`,
  );
  t.equal(
    await withPlaces('LoadBalancer', [{ hostname: '192.0.2.1' }]),
    `${start}[0].hostname: Invalid value: "192.0.2.1": must be a DNS name, not an IP address`,
  );
});

t.test('columns show what kubectl shows', async (t) => {
  t.strictSame(
    columns.map(({ name, priority = 0 }) => `${name}${priority}`),
    ['Type0', 'Cluster-IP0', 'External-IP0', 'Port(s)0', 'Age0', 'Selector1'],
  );
  const cells = async (spec: unknown): Promise<unknown[]> => {
    const object = await create(spec);
    return columns.filter(({ name }) => name !== 'Age').map((column) => column.cell(object, 0));
  };
  t.strictSame(await cells({ type: 'ExternalName', externalName: 'localhost', ports: [{ port: 9443 }] }), [
    'ExternalName',
    '<none>',
    'localhost',
    '9443/TCP',
    '<none>',
  ]);
  const ports = [
    { name: 'a', port: 80, nodePort: 30_000 },
    { name: 'b', port: 53, protocol: 'UDP' },
  ];
  t.strictSame(await cells({ type: 'NodePort', clusterIP: '10.0.0.1', selector: { b: '2', a: '1' }, ports }), [
    'NodePort',
    '10.0.0.1',
    '<none>',
    '80:30000/TCP,53/UDP',
    'a=1,b=2',
  ]);
  t.strictSame(await cells({ clusterIP: 'None', externalIPs: ['192.0.2.1', '192.0.2.2'] }), [
    'ClusterIP',
    'None',
    '192.0.2.1,192.0.2.2',
    '<none>',
    '<none>',
  ]);
  const balanced = await create({ type: 'LoadBalancer', ports: [http] });
  const external = columns.find(({ name }) => name === 'External-IP');
  t.equal(external?.cell(balanced, 0), '<pending>');
  balanced.status = { loadBalancer: { ingress: [{ ip: '192.0.2.9' }, { hostname: 'a.example.com' }] } };
  t.equal(external?.cell(balanced, 0), '192.0.2.9,a.example.com');
  t.equal(selectableFields['spec.type']?.(balanced), 'LoadBalancer');
  t.equal(selectableFields['spec.clusterIP']?.(balanced), '');
});
