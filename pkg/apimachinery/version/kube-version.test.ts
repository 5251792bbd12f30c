import t from 'tap';
import { compareKubeVersions } from './kube-version.ts';

t.test('versions are ordered by preference', (t) => {
  const sorted = [
    'v10',
    'v2',
    'v1',
    'v11beta2',
    'v10beta3',
    'v3beta1',
    'v12alpha1',
    'v11alpha2',
    'foo1',
    'foo10',
    'v1gamma1',
    'v1alpha',
  ];
  const expected = [...sorted.slice(0, 8), 'foo1', 'foo10', 'v1alpha', 'v1gamma1'];
  t.same(sorted.toReversed().toSorted(compareKubeVersions), expected);
  t.same(sorted.toSorted(compareKubeVersions), expected);
  t.equal(compareKubeVersions('v1', 'v1'), 0);
  t.equal(compareKubeVersions('x', 'x'), 0);
  t.ok(compareKubeVersions('v1beta2', 'v1beta1') < 0);
  t.ok(compareKubeVersions('v1alpha10', 'v1alpha9') < 0);
  t.end();
});
