import t from 'tap';
import { newInvalid } from '../../../pkg/apimachinery/errors/constructors.ts';
import { cloneJSON } from '../../../pkg/apimachinery/runtime/json.ts';
import { applySchemaDefaults } from '../../../pkg/apimachinery/validation/defaults.ts';
import type { NameFunction } from '../../../pkg/apimachinery/validation/name-functions.ts';
import { validateObjectMeta } from '../../../pkg/apimachinery/validation/object-meta.ts';
import { findAPIServiceCondition, setAPIServiceCondition } from './api-service-conditions.ts';
import type { APIService, APIServiceSpec } from './api-service-schema.ts';
import { apiServiceKind } from './api-service.ts';
import { toRankedGroups } from './ordering.ts';

const { strategy = {}, columns = [] } = apiServiceKind;

function newAPIService(spec: Partial<APIServiceSpec> | undefined, name = 'v1.x.example.com'): APIService {
  const object = { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name } };
  return (spec === undefined ? object : { ...object, spec }) as APIService;
}

const remote: Partial<APIServiceSpec> = {
  group: 'x.example.com',
  version: 'v1',
  groupPriorityMinimum: 1000,
  versionPriority: 15,
  service: { namespace: 'g', name: 'wardle', port: 443 },
};

function withDefaults(object: APIService): APIService {
  const draft = cloneJSON(object);
  applySchemaDefaults(draft, apiServiceKind.schema);
  strategy.applyDefaults?.(draft);
  return draft;
}

/** What a client reads about a refused create. */
function messageFor(object: APIService): string {
  const draft = withDefaults(object);
  const nameFunction: NameFunction = (name, prefix) => strategy.validateName?.(name, prefix) ?? [];
  const rules = { namespaced: false, validateName: nameFunction };
  const errors = [...validateObjectMeta(draft.metadata, rules), ...(strategy.validate?.(draft) ?? [])];
  if (errors.length === 0) return '';
  const { message } = newInvalid(apiServiceKind, draft.metadata.name ?? '', errors);
  return message.replace(/^APIService\.apiregistration\.k8s\.io "[^"]*" is invalid: /, '');
}

const subdomainText =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const labelText =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

t.test('a good APIService is accepted', async (t) => {
  t.equal(messageFor(newAPIService(remote)), '');
  t.equal(messageFor(newAPIService({ ...remote, groupPriorityMinimum: 20_000, versionPriority: 1000 })), '');
  t.equal(messageFor(newAPIService({ ...remote, group: '', service: { namespace: 'g', name: 'a' } }, 'v1.')), '');
});

t.test('faults are told with the texts and in the order of a real server', async (t) => {
  const cases: readonly [string, Partial<APIServiceSpec> | undefined, string, string?][] = [
    [
      'name of another group',
      remote,
      'metadata.name: Invalid value: "v1.y.example.com": must be `spec.version+"."+spec.group`: "v1.x.example.com"',
      'v1.y.example.com',
    ],
    [
      'empty spec',
      {},
      `[metadata.name: Invalid value: "v1.x.example.com": must be \`spec.version+"."+spec.group\`: ".", spec.group: Required value: only v1 may have an empty group and it better be legacy kube, spec.version: Invalid value: "": ${labelText}, spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000, spec.versionPriority: Invalid value: 0: must be positive and less than 1000]`,
    ],
    [
      'group that is no domain',
      { ...remote, group: 'Bad_Group' },
      `spec.group: Invalid value: "Bad_Group": ${subdomainText}`,
      'v1.Bad_Group',
    ],
    [
      'version in capitals',
      { ...remote, version: 'V1' },
      `spec.version: Invalid value: "V1": ${labelText}`,
      'V1.x.example.com',
    ],
    [
      'priorities too high',
      { ...remote, groupPriorityMinimum: 20_001, versionPriority: 1001 },
      '[spec.groupPriorityMinimum: Invalid value: 20001: must be positive and less than 20000, spec.versionPriority: Invalid value: 1001: must be positive and less than 1000]',
    ],
    [
      'priorities below zero',
      { ...remote, groupPriorityMinimum: -1, versionPriority: -1 },
      '[spec.groupPriorityMinimum: Invalid value: -1: must be positive and less than 20000, spec.versionPriority: Invalid value: -1: must be positive and less than 1000]',
    ],
    [
      'bundle and no verification',
      { ...remote, insecureSkipTLSVerify: true, caBundle: 'Zm9v' },
      'spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present',
    ],
    [
      'port too high',
      { ...remote, service: { namespace: 'g', name: 'wardle', port: 70_000 } },
      'spec.service.port: Invalid value: 70000: port is not valid: must be between 1 and 65535, inclusive',
    ],
    [
      'service without members',
      { ...remote, service: { port: 0 } },
      '[spec.service.namespace: Required value, spec.service.name: Required value, spec.service.port: Invalid value: 0: port is not valid: must be between 1 and 65535, inclusive]',
    ],
    [
      'local with TLS settings',
      {
        group: 'x.example.com',
        version: 'v1',
        groupPriorityMinimum: 1,
        versionPriority: 1,
        insecureSkipTLSVerify: true,
        caBundle: 'Zm9v',
      },
      '[spec.caBundle: Invalid value: "3 bytes": local APIServices may not have a caBundle, spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify]',
    ],
    ['name that is no path segment', remote, `metadata.name: Invalid value: "..": may not be '..'`, '..'],
    [
      'name with both forbidden characters',
      remote,
      `[metadata.name: Invalid value: "a/b%c": may not contain '/', metadata.name: Invalid value: "a/b%c": may not contain '%']`,
      'a/b%c',
    ],
    ['no name', remote, 'metadata.name: Required value: name or generateName is required', ''],
  ];
  for (const [name, spec, expected, objectName] of cases)
    t.equal(messageFor(newAPIService(spec, objectName)), expected, name);
  const absent = newAPIService(undefined);
  t.equal(messageFor(absent), messageFor(newAPIService({})), 'no spec at all');
});

t.test('a generated name is refused, because the name says what is served', async (t) => {
  const object = newAPIService(remote, 'v1.x.example.com-abcde');
  object.metadata.generateName = 'v1.x.example.com-';
  t.match(messageFor(object), /^\[metadata.generateName: Invalid value: .*, metadata.name: Invalid value/);
});

t.test('defaults are written as Go writes them', async (t) => {
  const draft = withDefaults(
    newAPIService({ ...remote, service: { namespace: 'b', name: 'a' }, insecureSkipTLSVerify: false, caBundle: '' }),
  );
  t.same(draft.spec, { ...remote, service: { namespace: 'b', name: 'a', port: 443 } });
  t.same(draft.status, {});
});

t.test('a local APIService is available from the start, a remote one unknown', async (t) => {
  const creationTimestamp = '2026-01-01T00:00:00Z';
  const local = newAPIService({ ...remote });
  delete local.spec?.service;
  local.metadata.creationTimestamp = creationTimestamp;
  local.status = { conditions: [{ type: 'Available', status: 'False' }] };
  strategy.prepareForCreate?.(local);
  const message = 'Local APIServices are always available';
  t.same(local.status, {
    conditions: [
      { type: 'Available', status: 'True', lastTransitionTime: creationTimestamp, reason: 'Local', message },
    ],
  });

  const service = newAPIService(remote);
  service.status = { conditions: [{ type: 'Available', status: 'True' }] };
  strategy.prepareForCreate?.(service);
  t.same(service.status, {});
});

t.test('a write to the status keeps what people wrote into the metadata', async (t) => {
  const old = newAPIService(remote);
  old.metadata.labels = { kept: 'yes' };
  const draft = newAPIService(remote);
  draft.metadata.annotations = { new: 'dropped' };
  draft.status = { conditions: [{ type: 'Custom', status: 'Maybe' }] };
  strategy.prepareForStatusUpdate?.(draft, old);
  t.same(draft.metadata.labels, { kept: 'yes' });
  t.notOk('annotations' in draft.metadata);
  t.match(strategy.validateStatusUpdate?.(draft, old), [
    { reason: 'FieldValueNotSupported', field: 'status.conditions[0].status', value: '"Maybe"' },
  ]);
});

t.test('columns show the service and the condition', async (t) => {
  const cells = (object: APIService) => columns.slice(0, 2).map((column) => column.cell(object, 0));
  const object = newAPIService(remote);
  t.same(cells(object), ['g/wardle', 'Unknown']);
  object.status = { conditions: [{ type: 'Available', status: 'False', reason: 'FailedDiscoveryCheck' }] };
  t.same(cells(object), ['g/wardle', 'False (FailedDiscoveryCheck)']);
  object.status = { conditions: [{ type: 'Available', status: 'False' }] };
  t.same(cells(object), ['g/wardle', 'False']);
  object.status = { conditions: [{ type: 'Available', status: 'True', reason: 'Passed' }] };
  delete object.spec?.service;
  t.same(cells(object), ['Local', 'True']);
  t.same(
    columns.map(({ name }) => name),
    ['Service', 'Available', 'Age'],
  );
});

t.test('a condition keeps its time while its status stays, and others are left alone', async (t) => {
  const object = newAPIService(remote);
  object.status = { conditions: [{ type: 'Custom', status: 'True' }] };
  setAPIServiceCondition(object, { type: 'Available', status: 'False', reason: 'A', message: 'a' }, 'T1');
  setAPIServiceCondition(object, { type: 'Available', status: 'False', reason: 'B', message: 'b' }, 'T2');
  const expected = { type: 'Available', status: 'False', lastTransitionTime: 'T1', reason: 'B', message: 'b' };
  t.same(object.status.conditions, [{ type: 'Custom', status: 'True' }, expected]);
  setAPIServiceCondition(object, { type: 'Available', status: 'True', reason: 'Passed' }, 'T3');
  t.same(findAPIServiceCondition(object, 'Available'), {
    type: 'Available',
    status: 'True',
    lastTransitionTime: 'T3',
    reason: 'Passed',
  });
});

const rank = (name: string, groupPriorityMinimum: number, versionPriority: number) => {
  const dot = name.indexOf('.');
  return { name, version: name.slice(0, dot), group: name.slice(dot + 1), groupPriorityMinimum, versionPriority };
};

t.test('groups rank by their best version, versions by priority and then by name', async (t) => {
  const groups = toRankedGroups([
    rank('v1.zeta', 1000, 10),
    rank('v2.alpha', 1000, 10),
    rank('v1beta1.low', 100, 1),
    rank('v1.low', 2000, 1),
    rank('v2alpha1.low', 100, 5),
    ...['foo10', 'v1', 'v10', 'foo1', 'v11alpha2', 'v2', 'v3beta1'].map((version) => rank(`${version}.many`, 1, 1)),
  ]);
  t.same(
    groups.map((versions) => versions.map(({ name }) => name)),
    [
      ['v2alpha1.low', 'v1.low', 'v1beta1.low'],
      ['v1.zeta'],
      ['v2.alpha'],
      ['v10.many', 'v2.many', 'v1.many', 'v3beta1.many', 'v11alpha2.many', 'foo1.many', 'foo10.many'],
    ],
  );
});
