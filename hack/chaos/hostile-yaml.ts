import { hostileKeys, hostileTokens } from './hostile-values.ts';
import type { Random } from './random.ts';

/** YAML that a parser may trip over, for an object of this kind and name. */
export function hostileYAML(random: Random, { kind, name }: { readonly kind: string; readonly name: string }): string {
  const head = `apiVersion: test.example.com/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n`;
  const scalar = (): string =>
    random.pick([
      'y',
      'on',
      '~',
      '0o17',
      '017',
      '0b11',
      '1_000',
      '.inf',
      '-.nan',
      '12:30:45',
      '2026-01-01',
      '!!binary aGk=',
      '!!binary ???',
      '!!js/function "x"',
      '!!set {a}',
      '!!omap [a: 1]',
      '!!float 1',
      '!!int "x"',
      '!!null x',
      '!!str 1',
      '!!bool nope',
      '!<tag:yaml.org,2002:str> a',
      '*missing',
      '&a [*a]',
      '|\n    x',
      '>-\n    y',
      '"\\x00"',
      '"\\uD800"',
      '@',
      '`',
      '%',
      '- -',
      '? a',
      '? {a: b}\n    : c',
      '? [a]\n    : c',
      '{a: b',
      '[a',
      '"',
      "'",
      '\t',
      '!!merge {}',
      '<<',
      ...hostileTokens.filter((each) => each.length < 200),
    ]);
  const forms: (() => string)[] = [
    () => `${head}spec:\n  size: ${scalar()}\n  color: ${scalar()}\n`,
    () => `${head}spec:\n  settings:\n    ${random.pick(hostileKeys)}: ${scalar()}\n`,
    () => `${head}spec: &s\n  size: 1\n  <<: *s\n`,
    () =>
      `${head}x: &x {size: 1}\nspec:\n  <<: ${random.pick(['*x', '[*x, *x]', '1', '[1]', '*y', '{__proto__: {polluted: true}}'])}\n`,
    () => `${bomb(random.pick([5, 9, 30]))}${head}spec:\n  tags: *l4\n`,
    () => `${head}---\n${head}`,
    () => `%YAML ${random.pick(['1.1', '1.2', '9.9', 'x'])}\n---\n${head}`,
    () => `%TAG ! tag:example.com,2000:\n---\n${head}spec: !x {size: 1}\n`,
    () => `${head}spec:\n  tags: ${'['.repeat(random.pick([100, 900, 5000]))}\n`,
    () =>
      `${head}spec:\n  ${Array.from({ length: random.pick([10, 1500]) }, (_, at) => `${' '.repeat(at)}a:\n`).join('  ')}`,
    () => `${head}spec:\n  settings: {${Array.from({ length: 3000 }, (_, at) => `k${at}: v`).join(', ')}}\n`,
    () =>
      `${head}spec:\n  settings: {${Array.from({ length: 2000 }, (_, at) => `&a${at} k${at}: *a${Math.max(0, at - 1)}`).join(', ')}}\n`,
    () => `${head}${`- `.repeat(random.pick([10, 3000]))}a\n`,
    () => `${head}spec:\n  tags:\n${Array.from({ length: 5000 }, () => '  - x\n').join('')}`,
    () => `${head}${head}`,
    () => `\ufeff${head}`,
    () =>
      random.pick([
        '',
        '---',
        '...',
        '# only a comment',
        'null',
        '~',
        '- a',
        'a',
        '{',
        '[',
        '? ',
        ': ',
        '&a',
        '*a',
        '!',
        '\u0000',
        '\ud800',
        '"a',
        '--- |',
        '\t',
        'a: '.repeat(2000),
        '? '.repeat(3000),
        '!'.repeat(5000),
        `"${'\\'.repeat(50001)}`,
        `${' '.repeat(100_000)}a`,
        '#\n'.repeat(50_000),
        '{'.repeat(20_000),
        '&a '.repeat(5000),
        `${'>'.repeat(100)}\n${' \n'.repeat(20000)}x`,
      ]),
  ];
  return random.pick(forms)();
}

function bomb(levels: number): string {
  const line = (at: number): string =>
    `l${at}: &l${at} [${Array.from({ length: 9 }, () => (at === 0 ? 'lol' : `*l${at - 1}`)).join(',')}]\n`;
  return Array.from({ length: levels }, (_, at) => line(at)).join('');
}
