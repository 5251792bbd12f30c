import t from 'tap';
import { UsageError } from '../usage-error.ts';
import { parseRuntimeConfig } from './runtime-config.ts';

const lease = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases' };
const pod = { group: '', version: 'v1', resource: 'pods' };
const secret = { ...pod, resource: 'secrets' };
const early = { group: 'example.com', version: 'v1alpha1', resource: 'widgets' };
const later = { ...early, version: 'v1beta2' };
const apiService = { group: 'apiregistration.k8s.io', version: 'v1', resource: 'apiservices' };
const everything = [lease, pod, secret, early, later, apiService];

/** Of these resources the ones that are served. */
const served = (text: string): object[] => everything.filter((each) => parseRuntimeConfig(text).isServed(each));

t.test('the closest entry counts', async (t) => {
  t.strictSame(served(''), everything);
  t.strictSame(served('coordination.k8s.io/v1=false'), [pod, secret, early, later, apiService]);
  t.strictSame(served('api/all=false'), [apiService], 'APIServices stay');
  t.strictSame(served('api/all=false,coordination.k8s.io/v1'), [lease, apiService], 'no value is true');
  t.strictSame(served('api/ga=false'), [early, later, apiService]);
  t.strictSame(served('api/beta=false, api/alpha=false'), [lease, pod, secret, apiService]);
  t.strictSame(served('api/alpha=true,api/all=false'), [early, apiService], 'in whatever order');
  t.strictSame(served('/v1/pods=false'), [lease, secret, early, later, apiService]);
  t.strictSame(served('/v1=f,/v1/pods=T,'), [lease, pod, early, later, apiService]);
  t.strictSame(served('v1=false'), [lease, early, later, apiService], 'as the help of kube-apiserver has it');
  t.strictSame(served('api/all=false,api/all=true'), everything, 'the last of the same entries counts');
});

t.test('what cannot be meant is refused', async (t) => {
  const cases = {
    'coordination=false': /^--runtime-config: invalid key "coordination"/,
    'a/b/c/d=false': /invalid key "a\/b\/c\/d"/,
    'a/=false': /invalid key "a\/"/,
    'api/all=maybe': /invalid value api\/all=maybe/,
    'api/all': /invalid value api\/all=/,
    '/v1=maybe': /invalid value of \/v1: maybe/,
    '/v1/Pods=false': /resource is always lowercase plural, not "Pods"/,
    'apiregistration.k8s.io/v1=false': /apiregistration.k8s.io\/v1 cannot be switched off/,
    'apiregistration.k8s.io/v1/apiservices=0': /cannot be switched off/,
  };
  for (const [text, message] of Object.entries(cases)) {
    t.throws(() => parseRuntimeConfig(text), { name: 'UsageError', message }, text);
  }
  t.doesNotThrow(() => parseRuntimeConfig('apiregistration.k8s.io/v1=true'));
});

t.test('an entry that names nothing is refused when everything is known', async (t) => {
  const check = (text: string): void => {
    const config = parseRuntimeConfig(text);
    for (const each of everything) config.isServed(each);
    config.checkKnown();
  };
  check('api/beta=false,coordination.k8s.io/v1/leases=true,v1=true');
  t.throws(
    () => check('apps/v1=true'),
    new UsageError('--runtime-config: unknown api groups apps/v1: this server serves no such group and version'),
  );
  t.throws(() => check('/v2=true'), { message: /unknown api groups v2/ });
  t.throws(() => check('coordination.k8s.io/v1/leeses=false'), {
    message: /unknown resource leeses of coordination.k8s.io\/v1/,
  });
});
