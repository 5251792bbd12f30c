import t from 'tap';
import { toObjectPath, tryDecodeFolder } from './object-path.ts';

t.test('paths are readable where they can be, and safe everywhere', async (t) => {
  const table: [key: string, path: string][] = [
    ['core/configmaps/default/a', 'core/configmaps/default/a.json'],
    ['core/namespaces/default', 'core/namespaces/default.json'],
    ['apiregistration.k8s.io/apiservices/v1.apps', 'apiregistration.k8s.io/apiservices/v1.apps.json'],
    ['rbac/clusterroles/system:node', 'rbac/clusterroles/system%3Anode.json'],
    ['rbac/clusterroles/Admin', 'rbac/clusterroles/%41dmin.json'],
    ['rbac/clusterroles/..', 'rbac/clusterroles/%2E..json'],
    ['rbac/clusterroles/.', 'rbac/clusterroles/%2E.json'],
    ['rbac/clusterroles/a%b', 'rbac/clusterroles/a%25b.json'],
    ['rbac/clusterroles/ü', 'rbac/clusterroles/%C3%BC.json'],
    ['rbac/clusterroles/a~b', 'rbac/clusterroles/a%7Eb.json'],
    ['g/r/..', 'g/r/%2E..json'],
    ['g/r/../x', 'g/r/%2E./x.json'],
    ['g/r/odd.json/x', 'g/r/odd%2Ejson/x.json'],
  ];
  for (const [key, path] of table) t.equal(toObjectPath(key).join('/'), path);
});

t.test('names too long for a file name are cut and stay distinct', async (t) => {
  const names = [
    'x'.repeat(250),
    'x'.repeat(251),
    'x'.repeat(252),
    `${'x'.repeat(253)}y`,
    'é'.repeat(50),
    `${'é'.repeat(50)}x`,
  ];
  const files = names.map((name) => toObjectPath(`g/r/${name}`)[2] ?? '');
  t.equal(files[0], `${'x'.repeat(250)}.json`, 'the longest that fits');
  t.equal(new Set(files).size, names.length);
  for (const file of files) t.ok(Buffer.byteLength(file) <= 255 && file.endsWith('.json'));
  const namespaces = names.map((name) => toObjectPath(`g/r/${name}/x`)[2] ?? '');
  t.equal(new Set(namespaces).size, names.length);
  for (const folder of namespaces) t.ok(Buffer.byteLength(folder) <= 255);
});

t.test('only folders that the driver has named stand for a group', async (t) => {
  t.equal(tryDecodeFolder('apps'), 'apps');
  t.equal(tryDecodeFolder('%41pps'), 'Apps');
  for (const foreign of ['Apps', '%61pps', '%4', '%E0%A4%A', '.git', 'a b'])
    t.equal(tryDecodeFolder(foreign), undefined);
});
