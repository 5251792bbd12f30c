import t from 'tap';
import type { ObjectMeta } from '../../../apis/meta/v1/types.ts';
import { toFieldErrorMessage } from './field-error.ts';
import { validateObjectMetaUpdate } from './object-meta-update.ts';
import { validateObjectMeta, validateStandardFinalizers } from './object-meta.ts';
import { validatePathSegmentName } from './name-functions.ts';

const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const namePart =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const labelValue =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'u' };

t.test('metadata of a new object is judged in upstream words', (t) => {
  const named = { name: 'a', namespace: 'g' };
  const cases: [string, ObjectMeta, string[]][] = [
    ['complete', { ...named, labels: { a: 'b' }, finalizers: ['x/y'], ownerReferences: [owner] }, []],
    ['no name', { namespace: 'g' }, ['metadata.name: Required value: name or generateName is required']],
    ['bad name', { ...named, name: 'Bad_Name' }, [`metadata.name: Invalid value: "Bad_Name": ${subdomain}`]],
    ['good prefix', { ...named, generateName: 'gen-' }, []],
    ['bad prefix', { ...named, generateName: 'Gen-' }, [`metadata.generateName: Invalid value: "Gen-": ${subdomain}`]],
    ['no namespace', { name: 'a' }, ['metadata.namespace: Required value']],
    [
      'bad labels',
      { ...named, labels: { 'a b': 'c d', ok: '-' } },
      [
        `metadata.labels: Invalid value: "a b": ${namePart}`,
        `metadata.labels: Invalid value: "c d": ${labelValue}`,
        `metadata.labels: Invalid value: "-": ${labelValue}`,
      ],
    ],
    [
      'bad annotation',
      { ...named, annotations: { 'a b': 'x' } },
      [`metadata.annotations: Invalid value: "a b": ${namePart}`],
    ],
    ['annotation prefix in capitals', { ...named, annotations: { 'Example.COM/a': 'x' } }, []],
    ['annotations at the limit', { ...named, annotations: { a: 'x'.repeat(262_143) } }, []],
    [
      'too many annotations',
      { ...named, annotations: { a: 'x'.repeat(262_144) } },
      ['metadata.annotations: Too long: may not be more than 262144 bytes'],
    ],
    [
      'negative generation',
      { ...named, generation: -1 },
      ['metadata.generation: Invalid value: -1: must be greater than or equal to 0'],
    ],
    ['bad finalizer', { ...named, finalizers: ['a b'] }, [`metadata.finalizers: Invalid value: "a b": ${namePart}`]],
    [
      'two ways of deletion',
      { ...named, finalizers: ['orphan', 'foregroundDeletion'] },
      [
        'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set',
      ],
    ],
    [
      'incomplete owner',
      { ...named, ownerReferences: [{ apiVersion: 'a/b/c', kind: '', name: '', uid: '' }] },
      [
        'metadata.ownerReferences[0].apiVersion: Invalid value: "a/b/c": must be <group>/<version> or <version>',
        'metadata.ownerReferences[0].kind: Required value: must not be empty',
        'metadata.ownerReferences[0].name: Required value: must not be empty',
        'metadata.ownerReferences[0].uid: Required value: must not be empty',
      ],
    ],
    [
      'owned by an event',
      { ...named, ownerReferences: [{ ...owner, kind: 'Event' }] },
      [
        'metadata.ownerReferences[0]: Invalid value: {"apiVersion":"v1","kind":"Event","name":"o","uid":"u"}: /v1, Kind=Event is disallowed from being an owner',
      ],
    ],
    [
      'bad managed fields',
      {
        ...named,
        managedFields: [
          { fieldsType: 'X' as 'FieldsV1' },
          { operation: 'Nope' as 'Apply', manager: 'a\tb', subresource: 'x'.repeat(257) },
        ],
      },
      [
        'metadata.managedFields[0].operation: Required value: must not be empty',
        'metadata.managedFields[0].fieldsType: Invalid value: "X": must be `FieldsV1`',
        'metadata.managedFields[1].operation: Unsupported value: "Nope": supported values: "Apply", "Update"',
        'metadata.managedFields[1].manager: Invalid value: "a\\tb": invalid character U+0009 (at position 1)',
        'metadata.managedFields[1].subresource: Too long: may not be more than 256 bytes',
      ],
    ],
  ];
  for (const [what, meta, expected] of cases) {
    t.same(validateObjectMeta(meta, { namespaced: true }).map(toFieldErrorMessage), expected, what);
  }
  t.end();
});

t.test('one owner at most is the controller', (t) => {
  const owners = ['a', 'b', 'c'].map((name) => ({ ...owner, name, controller: true }));
  const errors = validateObjectMeta({ name: 'a', ownerReferences: owners }, { namespaced: false });
  t.same(
    errors.map(({ detail }) => detail),
    ['b', 'c'].map(
      (name) =>
        `Only one reference can have Controller set to true. Found "true" in references for ConfigMap/a and ConfigMap/${name}`,
    ),
  );
  t.same(validateObjectMeta({ name: 'a', ownerReferences: owners.slice(1, 2) }, { namespaced: false }), []);
  t.end();
});

t.test('metadata follows the scope and the name rule of the kind', (t) => {
  const messages = (meta: ObjectMeta) =>
    validateObjectMeta(meta, { namespaced: false, validateName: validatePathSegmentName }).map(toFieldErrorMessage);
  t.same(messages({ name: 'system:Admin' }), []);
  t.same(messages({ name: '..', namespace: 'g' }), [
    `metadata.name: Invalid value: "..": may not be '..'`,
    'metadata.namespace: Forbidden: not allowed on this type',
  ]);
  t.end();
});

t.test('core kinds know their finalizers without a domain', (t) => {
  t.same(validateStandardFinalizers(['kubernetes', 'orphan', 'x/y']), []);
  t.same(validateStandardFinalizers(['x/y', 'nodomain']).map(toFieldErrorMessage), [
    'metadata.finalizers[1]: Invalid value: "nodomain": name is neither a standard finalizer name nor is it fully qualified',
  ]);
  t.same(validateStandardFinalizers(undefined), []);
  t.end();
});

t.test('metadata of a changed object is judged against its old state', (t) => {
  const old: ObjectMeta = {
    name: 'a',
    namespace: 'g',
    uid: 'u',
    resourceVersion: '1',
    generation: 2,
    finalizers: ['x/y'],
  };
  const deleting = { ...old, deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 0 };
  const cases: [string, ObjectMeta, ObjectMeta, string[]][] = [
    ['nothing', old, old, []],
    ['labels', { ...old, labels: { a: 'b' } }, old, []],
    ['a bad label', { ...old, labels: { a: '-' } }, old, [`metadata.labels: Invalid value: "-": ${labelValue}`]],
    ['the uid', { ...old, uid: 'x' }, old, ['metadata.uid: Invalid value: "x": field is immutable']],
    ['the name away', { ...old, name: '' }, old, ['metadata.name: Invalid value: "": field is immutable']],
    [
      'the deletion away',
      old,
      deleting,
      [
        'metadata.deletionTimestamp: Invalid value: null: field is immutable',
        'metadata.deletionGracePeriodSeconds: Invalid value: null: field is immutable',
      ],
    ],
    [
      'the revision away and the generation back',
      { ...old, resourceVersion: '', generation: 1 },
      old,
      [
        'metadata.resourceVersion: Invalid value: "": must be specified for an update',
        'metadata.generation: Invalid value: 1: must not be decremented',
      ],
    ],
    ['a finalizer more', { ...old, finalizers: ['x/y', 'x/z'] }, old, []],
    ['a finalizer less while deleting', { ...deleting, finalizers: [] }, deleting, []],
    [
      'finalizers more while deleting',
      { ...deleting, finalizers: ['x/z', 'x/y', 'example.com/g'] },
      deleting,
      [
        'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/g", "x/z"}',
      ],
    ],
    [
      'a bad finalizer',
      { ...old, finalizers: ['x/y', 'a b'] },
      old,
      [`metadata.finalizers: Invalid value: "a b": ${namePart}`],
    ],
  ];
  for (const [what, meta, before, expected] of cases) {
    t.same(validateObjectMetaUpdate(meta, before).map(toFieldErrorMessage), expected, what);
  }
  t.end();
});
