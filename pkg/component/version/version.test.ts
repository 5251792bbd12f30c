import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripTypeScriptTypes } from 'node:module';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import { readProductVersion } from './product-version.ts';
import { assertSupportedNode } from './supported-node.ts';
import { newVersionInfo } from './version-info.ts';

const runtime = { arch: 'x64', platform: 'linux', versions: { ...process.versions, node: '24.1.0' } } as const;

void t.test('the version document', async (t) => {
  await t.test('has the members of upstream, in its order, all texts', async (t) => {
    const info = newVersionInfo({
      productVersion: '0.1.0',
      gitCommit: 'abc',
      buildDate: '2026-01-02T03:04:05Z',
      runtime,
    });
    t.equal(
      JSON.stringify(info),
      '{"major":"1","minor":"36","gitVersion":"v1.36.0+tributary.0.1.0","gitCommit":"abc","gitTreeState":"clean",' +
        '"buildDate":"2026-01-02T03:04:05Z","goVersion":"node24.1.0","compiler":"v8","platform":"linux/amd64"}',
    );
  });

  await t.test('says nothing of what it does not know', async (t) => {
    const info = newVersionInfo({ productVersion: '0.1.0' });
    t.match(info, { gitCommit: '', gitTreeState: '', buildDate: '1970-01-01T00:00:00Z' });
    t.equal(info.goVersion, `node${process.versions.node}`);
    t.match(info.platform, /^[a-z0-9]+\/[a-z0-9]+$/);
  });

  await t.test('names a semantic version that is no pre-release, whatever the product is called', async (t) => {
    // The pattern of semver.org; its fourth group is the pre-release.
    const semver =
      /^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9a-zA-Z.-]+))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/;
    for (const productVersion of ['0.1.0', '2.0.0-rc.1', '1.0.0+build.5', '1.0.0-rc.1+x y']) {
      const [, major, minor, , prerelease, build] = semver.exec(newVersionInfo({ productVersion }).gitVersion) ?? [];
      t.same([major, minor, prerelease], ['1', '36', undefined]);
      t.match(build, /^tributary\.\d/);
    }
  });

  await t.test('speaks Go about platforms', async (t) => {
    const platformOf = (platform: NodeJS.Platform, arch: NodeJS.Architecture): string =>
      newVersionInfo({ productVersion: '1.0.0', runtime: { ...runtime, platform, arch } }).platform;
    t.equal(platformOf('win32', 'x64'), 'windows/amd64');
    t.equal(platformOf('darwin', 'arm64'), 'darwin/arm64');
    t.equal(platformOf('linux', 'ia32'), 'linux/386');
    t.equal(platformOf('linux', 'riscv64'), 'linux/riscv64');
  });
});

void t.test('the product version is that of the package', async (t) => {
  const root = join(import.meta.dirname, '../../..');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  t.equal(readProductVersion(), version);
  t.equal(readProductVersion(join(root, 'pkg', 'component')), version);
  const nested = t.testdir({ 'package.json': '{"name":"other","version":"9.9.9"}', a: { 'package.json': '{' } });
  t.equal(readProductVersion(nested), version, 'a package of another name is passed by');
  t.throws(() => readProductVersion(join(nested, 'a')), SyntaxError);
  t.throws(() => readProductVersion('/'), { message: 'no package.json of tributary above /' });
});

void t.test('an unsupported Node gets one sentence', async (t) => {
  for (const version of ['22.19.0', '22.20.1', '23.0.0', '24.1.0', '26.0.0', '100.0.0'])
    t.doesNotThrow(() => assertSupportedNode(version), version);
  for (const version of ['22.18.9', '22.2.0', '20.20.2', '9.0.0', '0.12.18', 'nonsense']) {
    t.throws(() => assertSupportedNode(version), {
      message: `Tributary needs Node.js 22.19 or newer, and this is ${version}: install a current Node.js from https://nodejs.org, or use "npm start" in a checkout, which brings its own.`,
    });
  }

  await t.test('and the file that says it has no imports and no syntax that an old one lacks', async (t) => {
    const source = stripTypeScriptTypes(readFileSync(join(import.meta.dirname, 'supported-node.ts'), 'utf8'));
    t.notMatch(source, /^import /m);
    t.notMatch(source.replaceAll(/^\s*(\/\/|\/?\*).*$/gm, ''), /=>|`|\?\.|\?\?|\bclass\b|\bawait\b|\blet\b/);
    const check = runInNewContext(`${source.replace('export ', '')}; assertSupportedNode`) as (version: string) => void;
    t.throws(() => check('20.0.0'), { message: /^Tributary needs/ });
  });
});
