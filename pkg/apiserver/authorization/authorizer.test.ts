import t from 'tap';
import { startAPIServer } from '../../testing/api-server-fixture.ts';
import { withAuthorization } from '../filters/with-authorization.ts';
import { parseRequestInfo } from '../endpoints/request-info.ts';
import type { RequestContext } from '../request-context.ts';
import { anonymousUser } from '../user-info.ts';
import { toPathInfo, toResourceInfo } from './attributes.ts';
import { type Authorizer, type Decision, newAlwaysAllowPaths, newUnionAuthorizer } from './authorizer.ts';

const request = { user: anonymousUser, info: toPathInfo({ verb: 'get', path: '/x' }) };

const answer = (verdict: Decision['verdict'], reason = ''): Authorizer => ({ authorize: () => ({ verdict, reason }) });
const later = (verdict: Decision['verdict'], reason = ''): Authorizer => ({
  authorize: () => Promise.resolve({ verdict, reason }),
});
const failing: Authorizer = {
  authorize() {
    throw new Error('broken');
  },
};
const failingLater: Authorizer = { authorize: () => Promise.reject(new Error('broken later')) };
const unreachable: Authorizer = {
  authorize() {
    throw new Error('was asked');
  },
};

t.test('the first opinion counts, at once where nobody needs time', async (t) => {
  const union = newUnionAuthorizer([answer('no-opinion', 'a'), answer('allow', 'b'), unreachable]);
  t.strictSame(union.authorize(request), { verdict: 'allow', reason: 'b' });
  t.strictSame(newUnionAuthorizer([answer('deny', 'no'), unreachable]).authorize(request), {
    verdict: 'deny',
    reason: 'no',
  });
  t.strictSame(
    newUnionAuthorizer([answer('no-opinion', 'a'), answer('no-opinion'), answer('no-opinion', 'c')]).authorize(request),
    {
      verdict: 'no-opinion',
      reason: 'a\nc',
    },
  );
  t.strictSame(newUnionAuthorizer([]).authorize(request), { verdict: 'no-opinion', reason: '' });
});

t.test('whoever needs time is waited for, and others are asked after', async (t) => {
  const union = newUnionAuthorizer([
    later('no-opinion', 'a'),
    answer('no-opinion', 'b'),
    later('allow', 'c'),
    unreachable,
  ]);
  const pending = union.authorize(request);
  t.ok(pending instanceof Promise);
  t.strictSame(await pending, { verdict: 'allow', reason: 'c' });
  const nobody = newUnionAuthorizer([answer('no-opinion', 'a'), later('no-opinion', 'b')]);
  t.strictSame(await nobody.authorize(request), { verdict: 'no-opinion', reason: 'a\nb' });
});

t.test('one that fails has no opinion, and is told when nobody else has one', async (t) => {
  t.strictSame(newUnionAuthorizer([failing, answer('allow')]).authorize(request), { verdict: 'allow', reason: '' });
  t.strictSame(await newUnionAuthorizer([failing, failingLater, answer('deny')]).authorize(request), {
    verdict: 'deny',
    reason: '',
  });
  t.throws(() => newUnionAuthorizer([failing, answer('no-opinion')]).authorize(request), {
    errors: [{ message: 'broken' }],
  });
  const both = newUnionAuthorizer([failingLater, failing]).authorize(request);
  await t.rejects(Promise.resolve(both), { errors: [{ message: 'broken later' }, { message: 'broken' }] });
});

t.test('a decision that is there at once is not waited for', async (t) => {
  const steps: string[] = [];
  const sent: string[] = [];
  const setHeader = (name: string, value: string): void => void sent.push(`${name}: ${value}`);
  const response = { setHeader } as unknown as RequestContext['response'];
  const context = { user: anonymousUser, info: request.info, path: '/x', response } as RequestContext;
  const run = (authorizer: Authorizer): Promise<void> => {
    const running = withAuthorization(authorizer).run(context, async () => void steps.push('handled'));
    steps.push('returned');
    return running;
  };
  await run(answer('allow'));
  await run(later('allow'));
  t.strictSame(steps, ['handled', 'returned', 'returned', 'handled']);
  await t.rejects(run(answer('deny', 'because')), { code: 403, message: /cannot get path "\/x": because$/ });
  t.strictSame(sent, ['X-Content-Type-Options: nosniff']);
  await t.rejects(run(later('no-opinion')), { code: 403 });
});

t.test('a path that backends may read in several ways must be allowed in all of them', async (t) => {
  const mayOnly = (wanted: string): Authorizer => ({
    authorize: ({ info }) => ({ verdict: info.resource === wanted ? 'allow' : 'no-opinion', reason: '' }),
  });
  const run = async (path: string, authorizer: Authorizer): Promise<boolean> => {
    const query = new URLSearchParams();
    const info = parseRequestInfo({ method: 'GET', path, query });
    const response = { setHeader: () => undefined } as unknown as RequestContext['response'];
    const context = { user: anonymousUser, info, path, method: 'GET', query, response } as RequestContext;
    let passed = false;
    const allow = async (): Promise<void> => void (passed = true);
    await withAuthorization(authorizer)
      .run(context, allow)
      .catch(() => undefined);
    return passed;
  };
  const start = '/apis/g/v1/namespaces/ns';
  for (const path of [
    `${start}%2Fsecrets/mine`,
    `${start}%2fsecrets/mine`,
    `${start}/mine/../secrets/x`,
    `${start}/mine/%2e%2E/secrets/x`,
    `${start}/mine/..%2Fsecrets%2Fx`,
    `${start}/mine/x/..\\..\\secrets`,
    `${start}/mine/.//../secrets/x`,
  ]) {
    t.notOk(await run(path, mayOnly('mine')), path);
    t.ok(await run(path, answer('allow')), `${path} by somebody who may do everything`);
  }
  for (const path of [
    `${start}/mine/a%20b`,
    `${start}/mine/a.b`,
    `${start}/mine/x/proxy/a%2Fb`,
    `${start}/mine/a%2Fb`,
  ]) {
    t.ok(await run(path, mayOnly('mine')), path);
  }
});

t.test('paths are open for reading only, and exactly', (t) => {
  const paths = newAlwaysAllowPaths(['/a', '/b/*']);
  const authorize = (path: string, verb = 'get') =>
    paths.authorize({ user: anonymousUser, info: toPathInfo({ verb, path }) });
  const verdicts = [
    authorize('/a'),
    authorize('/a', 'head'),
    authorize('/b/c'),
    authorize('/a/'),
    authorize('/b'),
    authorize('/a', 'post'),
  ];
  t.strictSame(
    verdicts.map((each) => (each as Decision).verdict),
    ['allow', 'allow', 'allow', 'no-opinion', 'no-opinion', 'no-opinion'],
  );
  const info = toResourceInfo({ verb: 'get', group: '', resource: 'a', namespace: '', name: '' });
  t.match(newAlwaysAllowPaths(['*']).authorize({ user: anonymousUser, info }), { verdict: 'no-opinion' });
  t.end();
});

t.test('an authorizer that fails lets nobody in; its error is logged and not shown', async (t) => {
  const { newClient, logger } = await startAPIServer(t, { authorizer: failingLater });
  const { status, text } = await newClient({ token: 'alice-token' }).get('/apis/test.example.com/v1/gadgets');
  t.equal(status, 500);
  t.notMatch(text, /broken/);
  t.match(
    logger.lines.filter(({ level }) => level === 'error'),
    [{ fields: { err: AggregateError } }],
  );
});
