import type { ClusterRoleBinding } from '../../../apis/rbac.authorization.k8s.io/v1/cluster-role-binding-schema.ts';
import type { ClusterRole } from '../../../apis/rbac.authorization.k8s.io/v1/cluster-role-schema.ts';
import type { RoleBinding } from '../../../apis/rbac.authorization.k8s.io/v1/role-binding-schema.ts';
import type { Role } from '../../../apis/rbac.authorization.k8s.io/v1/role-schema.ts';
import { newTokenAuthenticator, parseTokenFile } from '../../../pkg/apiserver/authentication/token-file.ts';
import { toResourceInfo } from '../../../pkg/apiserver/authorization/attributes.ts';
import type { AuthorizationRequest } from '../../../pkg/apiserver/authorization/authorizer.ts';
import { RBACAuthorizer } from '../../../pkg/apiserver/authorization/rbac/rbac-authorizer.ts';
import { withAuthentication } from '../../../pkg/apiserver/filters/with-authentication.ts';
import { withAuthorization } from '../../../pkg/apiserver/filters/with-authorization.ts';
import type { RequestContext } from '../../../pkg/apiserver/request-context.ts';
import { anonymousUser, type UserInfo } from '../../../pkg/apiserver/user-info.ts';
import { newStore } from '../../../pkg/client/cache/store.ts';
import { discardLogger } from '../../../pkg/component/logs/logger.ts';
import { bearer } from '../lib/api.ts';
import type { Bench, BenchContext } from '../lib/bench.ts';
import { type Gateway, startGateway } from '../lib/gateway.ts';
import { measureLoad } from '../lib/load.ts';
import { issueBackendPair } from '../lib/registration.ts';
import { type Measurement, measureInRounds, ours, type Subject } from '../lib/rounds.ts';
import { median } from '../lib/statistics.ts';
import { runWrk } from '../lib/wrk.ts';
import { path, startBehind } from './proxy.ts';

/** Roles and bindings of each kind. */
const count = 1_000;
const apiGroup = 'rbac.authorization.k8s.io';
const apiVersion = `${apiGroup}/v1`;

/** What a decision costs among many roles and bindings, and how much of a proxied request goes into who asks and whether they may. */
export const rbac: Bench = {
  about: `decisions among ${count} roles and bindings of each kind; their share, with authentication, in a proxied request`,
  async run(context) {
    const decisions = await measureInRounds(context, newDecisions(), { warmUp: true });
    context.report.add('decisions, in this process', decisions);
    const filters = await measureInRounds(context, [newFilters()], { warmUp: true });
    context.report.add('authentication and authorization of one request, in this process', filters);
    const each = median(filters.flatMap(({ rounds }) => rounds.map((round) => round['µs'] ?? 0)));
    const proxied = await measureInRounds(context, [await newProxied(context, each)], { warmUp: true });
    context.report.add('GET through the proxy, as a service account', proxied);
  },
};

function newPolicy(): RBACAuthorizer {
  const roles = newStore<Role>();
  const roleBindings = newStore<RoleBinding>();
  const clusterRoles = newStore<ClusterRole>();
  const clusterRoleBindings = newStore<ClusterRoleBinding>();
  for (let at = 0; at < count; at++) {
    const role = newRole(at);
    const namespace = `ns${at % 20}`;
    clusterRoles.put({ ...role, kind: 'ClusterRole' });
    clusterRoleBindings.put(newBinding(at, `everywhere${at}`));
    roles.put({ ...role, kind: 'Role', metadata: { ...role.metadata, namespace } });
    const { metadata, roleRef, ...binding } = newBinding(at, `local${at}`);
    const place = { metadata: { ...metadata, namespace }, roleRef: { ...roleRef, kind: 'Role' } };
    roleBindings.put({ ...binding, ...place, kind: 'RoleBinding' });
  }
  return new RBACAuthorizer({ roles, roleBindings, clusterRoles, clusterRoleBindings });
}

function newRole(at: number) {
  const rules = [
    { verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['pods', `things${at}`] },
    { verbs: ['create', 'update'], apiGroups: ['example.com'], resources: ['widgets', 'widgets/status'] },
  ];
  return { apiVersion, kind: 'ClusterRole', metadata: { name: `role${at}` }, rules };
}

function newBinding(at: number, user: string) {
  const subjects = [{ kind: 'User', apiGroup, name: user }];
  const roleRef = { apiGroup, kind: 'ClusterRole', name: `role${at}` };
  return { apiVersion, kind: 'ClusterRoleBinding', metadata: { name: `binding${at}` }, subjects, roleRef };
}

const groups = ['system:authenticated', 'dev', 'qa'];

function newQuestion(at: number, user: string, resource = `things${at}`): AuthorizationRequest {
  const asking: UserInfo = { name: `${user}${at}`, uid: '', groups, extra: {} };
  const place = { namespace: `ns${at % 20}`, name: 'one' };
  return { user: asking, info: toResourceInfo({ verb: 'get', group: '', resource, ...place }) };
}

function newDecisions(): Subject[] {
  const policy = newPolicy();
  const all = Array.from({ length: count }, (_, at) => at);
  const forms = {
    'allowed everywhere': all.map((at) => newQuestion(at, 'everywhere')),
    'allowed in the namespace': all.map((at) => newQuestion(at, 'local')),
    'not allowed': all.map((at) => newQuestion(at, 'local', 'secrets')),
  };
  return Object.entries(forms).map(([form, questions]) => ({
    who: ours,
    form,
    measure: async () => toNanoseconds((at) => policy.authorize(questions[at % count] ?? newQuestion(0, ''))),
  }));
}

/** The median of many short stretches, which a neighbour on the machine disturbs less than a mean. */
function toNanoseconds(work: (at: number) => unknown): Measurement {
  const stretch = 500;
  const times = Array.from({ length: 400 }, (_, turn) => {
    const begun = performance.now();
    for (let at = 0; at < stretch; at++) work(turn * stretch + at);
    return ((performance.now() - begun) * 1e6) / stretch;
  });
  return { ns: median(times) };
}

/** Both filters, as every request passes them: a token, and a decision. */
function newFilters(): Subject {
  const names = Array.from({ length: count }, (_, at) => `local${at}`);
  const lines = names.map((name) => `token-${name},${name},,"dev,qa"`);
  const { users } = parseTokenFile(lines.join('\n'), 'tokens');
  const authenticate = withAuthentication([newTokenAuthenticator(users)], discardLogger);
  const authorize = withAuthorization(newPolicy());
  const { info } = newQuestion(0, '');
  const once = async (at: number): Promise<void> => {
    const authorization = `Bearer token-local${at}`;
    const request = { headers: { authorization }, rawHeaders: ['Authorization', authorization] };
    const place = { resource: `things${at}`, namespace: `ns${at % 20}` };
    const context = { request, user: anonymousUser, info: { ...info, ...place } } as unknown as RequestContext;
    await authenticate.run(context, async () => authorize.run(context, async () => undefined));
  };
  return {
    who: ours,
    async measure() {
      const times = 50_000;
      const begun = performance.now();
      for (let at = 0; at < times; at++) await once(at % count);
      return { µs: ((performance.now() - begun) * 1000) / times };
    },
  };
}

/** A service account among many roles and bindings, and what part of the CPU time of a request the filters take. */
async function newProxied(context: BenchContext, filterMicroseconds: number): Promise<Subject> {
  const gateway = await startGateway(context);
  await startBehind(context, [gateway], await issueBackendPair(gateway.dataDir));
  const headers = await newServiceAccount(gateway);
  const load = { url: gateway.api.address + path, headers, seconds: context.seconds, connections: 32 };
  return {
    who: ours,
    form: 'HTTP/1.1, 32 connections',
    async measure() {
      const measured = await measureLoad(gateway.pid, () => runWrk(load));
      return { ...measured, 'share %': (filterMicroseconds * 100) / (measured['CPU µs/req'] ?? Infinity) };
    },
  };
}

async function newServiceAccount({ api }: Gateway): Promise<Readonly<Record<string, string>>> {
  const name = 'bench';
  const roles = `/apis/${apiVersion}/clusterroles`;
  const bindings = `/apis/${apiVersion}/clusterrolebindings`;
  const all = Array.from({ length: count }, (_, at) => at);
  await api.createAll(roles, all.map(newRole));
  await api.createAll(
    bindings,
    all.map((at) => newBinding(at, `everywhere${at}`)),
  );
  const rules = [{ verbs: ['get'], apiGroups: ['proxy.bench.example.com'], resources: ['things'] }];
  await api.json(roles, { method: 'POST', body: { metadata: { name }, rules } });
  const subjects = [{ kind: 'ServiceAccount', namespace: 'default', name }];
  const binding = { metadata: { name }, subjects, roleRef: { kind: 'ClusterRole', name } };
  await api.json(bindings, { method: 'POST', body: binding });
  const accounts = '/api/v1/namespaces/default/serviceaccounts';
  await api.json(accounts, { method: 'POST', body: { metadata: { name } } });
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const token = `${accounts}/${name}/token`;
  const { status } = await api.json<{ readonly status: { readonly token: string } }>(token, { method: 'POST', body });
  return bearer(status.token);
}
