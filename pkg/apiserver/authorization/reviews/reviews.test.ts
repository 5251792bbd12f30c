import t from 'tap';
import type { APIAnswer, APIClient } from '../../../testing/api-client.ts';
import { startAPIServer } from '../../../testing/api-server-fixture.ts';
import { startRBACServer } from '../testing/rbac-server.ts';
import { installAccessReviews } from './install-access-reviews.ts';

const path = '/apis/authorization.k8s.io/v1';
const apiVersion = 'authorization.k8s.io/v1';

const post = (client: APIClient, kind: string, body: object): Promise<APIAnswer> =>
  client.send('POST', `${path}/${kind}`, { body: { apiVersion, ...body } });
const review = (client: APIClient, spec: object, metadata: object = {}): Promise<APIAnswer> =>
  post(client, 'subjectaccessreviews', { kind: 'SubjectAccessReview', spec, metadata });

const pods = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
const getPods = { verb: 'get', resource: 'pods', namespace: 'ns' };

t.test('reviews are answered by what decides over requests', async (t) => {
  const { admin, alice, nobody, grant } = await startRBACServer(t);
  await grant('pods', pods);
  const reason = 'RBAC: allowed by ClusterRoleBinding "pods" of ClusterRole "pods" to User "alice"';
  const allowed = await review(admin, { user: 'alice', resourceAttributes: getPods });
  t.equal(allowed.status, 201);
  t.strictSame((allowed.json as { status: object }).status, { allowed: true, reason });
  const denied = await review(admin, { groups: ['alice'], resourceAttributes: getPods });
  t.strictSame((denied.json as { status: object }).status, { allowed: false });
  const own = { kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: getPods } };
  t.match((await post(alice, 'selfsubjectaccessreviews', own)).json, {
    spec: own.spec,
    status: { allowed: true, reason },
  });
  const masters = { user: 'x', groups: ['system:masters'], nonResourceAttributes: { path: '/any', verb: 'post' } };
  t.strictSame(((await review(admin, masters)).json as { status: object }).status, { allowed: true });
  const local = { kind: 'LocalSubjectAccessReview', spec: { user: 'alice', resourceAttributes: getPods } };
  const target = 'namespaces/ns/localsubjectaccessreviews';
  t.match((await post(admin, target, local)).json, { metadata: { namespace: 'ns' }, status: { allowed: true } });
  t.equal((await review(alice, { user: 'bob', resourceAttributes: getPods })).status, 403, 'about others only who may');
  t.equal((await post(nobody, 'selfsubjectaccessreviews', own)).status, 403);
});

t.test('reviews that make no sense are refused in the words of upstream', async (t) => {
  const { admin } = await startRBACServer(t);
  const attributes = 'spec.resourceAttributes';
  const withSelector = (selector: object) => ({ user: 'a', resourceAttributes: { ...getPods, ...selector } });
  const cases: readonly [object, object, string][] = [
    [
      { user: 'a' },
      {},
      `${attributes}: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified`,
    ],
    [
      { user: 'a', resourceAttributes: {}, nonResourceAttributes: {} },
      {},
      'spec.nonResourceAttributes: Invalid value: {"Path":"","Verb":""}: cannot be specified in combination with resourceAttributes',
    ],
    [{ resourceAttributes: {} }, {}, 'spec.user: Invalid value: "": at least one of user or group must be specified'],
    [{ user: 'a', resourceAttributes: {} }, { name: 'x' }, 'metadata: Invalid value: .*: must be empty'],
    [
      withSelector({ labelSelector: {} }),
      {},
      `${attributes}.labelSelector.requirements: Required value: when ${attributes}.labelSelector is specified, requirements or rawSelector is required`,
    ],
    [
      withSelector({ fieldSelector: { rawSelector: 'a=b', requirements: [{ key: 'a', operator: 'Exists' }] } }),
      {},
      `${attributes}.fieldSelector.rawSelector: Invalid value: "a=b": may not specified at the same time as requirements`,
    ],
    [
      withSelector({ fieldSelector: { requirements: [{ key: '', operator: 'In' }] } }),
      {},
      `\\[${attributes}.fieldSelector.requirements\\[0\\].key: Required value: must be specified, ${attributes}.fieldSelector.requirements\\[0\\].values: Required value: must be specified when \`operator\` is 'In' or 'NotIn'\\]`,
    ],
    [
      withSelector({ labelSelector: { requirements: [{ key: 'a', operator: 'Exists', values: ['b'] }] } }),
      {},
      `${attributes}.labelSelector.requirements\\[0\\].values: Forbidden: may not be specified when \`operator\` is 'Exists' or 'DoesNotExist'`,
    ],
  ];
  for (const [spec, metadata, message] of cases) {
    const answer = await review(admin, spec, metadata);
    const escaped =
      message.includes('\\[') || message.includes('.*') ? message : message.replace(/[[\]{}()*?^$|]/g, '\\$&');
    t.match(
      [answer.status, answer.json],
      [422, { message: new RegExp(`^\\.authorization\\.k8s\\.io "" is invalid: ${escaped}$`) }],
    );
  }
  const local = (spec: object) =>
    post(admin, 'namespaces/ns/localsubjectaccessreviews', { kind: 'LocalSubjectAccessReview', spec });
  const paths = await local({ user: 'a', nonResourceAttributes: { path: '/x' } });
  t.match(paths.json, { message: /spec.nonResourceAttributes: .*: disallowed on this kind of request/ });
  const rules = await post(admin, 'selfsubjectrulesreviews', { kind: 'SelfSubjectRulesReview' });
  t.match([rules.status, rules.json], [400, { message: 'no namespace on request' }]);
});

t.test('selectors that are not understood are told, and widen the question', async (t) => {
  const { admin } = await startRBACServer(t);
  const cases: readonly [object, string | undefined][] = [
    [{ labelSelector: { rawSelector: 'a in (b)' }, fieldSelector: { rawSelector: 'metadata.name=x' } }, undefined],
    [{ labelSelector: { rawSelector: '((' } }, 'spec.resourceAttributes.labelSelector ignored due to parse error'],
    [
      {
        fieldSelector: {
          requirements: [
            { key: 'a', operator: 'Exists' },
            { key: 'a', operator: 'In', values: ['b'] },
          ],
        },
      },
      'spec.resourceAttributes.fieldSelector partially ignored due to parse error',
    ],
    [
      {
        fieldSelector: { requirements: [{ key: 'a', operator: 'Later' }] },
        labelSelector: { requirements: [{ key: 'a', operator: 'Later' }] },
      },
      'spec.resourceAttributes.fieldSelector ignored due to parse error; spec.resourceAttributes.labelSelector ignored due to parse error',
    ],
  ];
  for (const [selectors, evaluationError] of cases) {
    const answer = await review(admin, {
      groups: ['system:masters'],
      resourceAttributes: { ...getPods, ...selectors },
    });
    const { status } = answer.json as { status: object };
    t.strictSame(status, { allowed: true, ...(evaluationError === undefined ? {} : { evaluationError }) });
  }
});

t.test('the rules of the caller are those that they are judged by', async (t) => {
  const { alice, grant } = await startRBACServer(t);
  await grant('pods', { ...pods, resourceNames: ['a'] });
  const answer = await post(alice, 'selfsubjectrulesreviews', {
    kind: 'SelfSubjectRulesReview',
    spec: { namespace: 'ns' },
  });
  t.match(answer.json, { metadata: {}, spec: {}, status: { incomplete: false } });
  const { status } = answer.json as { status: { resourceRules: object[]; nonResourceRules: object[] } };
  t.equal(status.nonResourceRules.length, 2);
  t.strictSame(status.resourceRules.at(-1), { ...pods, resourceNames: ['a'] });
});

t.test('an authorizer that fails lets nobody in, and keeps its secrets', async (t) => {
  const authorizer = {
    authorize() {
      throw new Error('the database password is 1234');
    },
  };
  const fixture = await startAPIServer(t, { authorizer });
  const { logger, server, admin, newClient } = fixture;
  const resolver = { rulesFor: () => ({ resourceRules: [], nonResourceRules: [], incomplete: false, error: '' }) };
  installAccessReviews(server, { authorizer, resolver, logger });
  const answer = await review(admin, { user: 'a', resourceAttributes: getPods });
  t.strictSame((answer.json as { status: object }).status, {
    allowed: false,
    evaluationError: 'the decision failed; see the server log',
  });
  t.match(logger.lines, [{ level: 'error' }]);
  const direct = await newClient({ token: 'alice-token' }).get('/apis/test.example.com/v1/gadgets');
  t.equal(direct.status, 500);
  t.notMatch(direct.text, /1234/);
});
