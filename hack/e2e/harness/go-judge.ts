import type { Test } from 'tap';
import { startPlainBackend } from './backend.ts';
import { buildGoProgram, type GoProgramOptions, hasGo } from './go-program.ts';
import type { RunningProcess } from './process.ts';

/** What a judge may ask for: the name of a process and what to do to it. */
export type Orders = Readonly<Record<string, () => Promise<unknown>>>;

/** Builds programs, or ends the test with a word of why it cannot: without Go it is skipped, in CI it fails. */
export async function buildOrSkip(
  t: Test,
  programs: readonly GoProgramOptions[],
): Promise<readonly string[] | undefined> {
  if (!(await hasGo())) {
    if (process.env['CI'] === undefined) t.pass('the program', { skip: 'there is no Go on this machine' });
    else t.fail('Go is needed in CI; there is none on the PATH');
    return undefined;
  }
  const paths: string[] = [];
  for (const program of programs) {
    const { path, seconds } = await buildGoProgram(program);
    t.comment(`${program.name} built in ${seconds.toFixed(1)}s`);
    paths.push(path);
  }
  return paths;
}

/** Serves the orders of a judge, which is the one that knows when a process has to go, and gives the address. */
export async function startControl(t: Test, orders: Orders): Promise<string> {
  const port = await startPlainBackend(t, (request, response) => {
    const order = orders[(request.url ?? '').slice(1)];
    const done = order === undefined ? Promise.reject(new Error(`no order ${request.url}`)) : order();
    done.then(
      () => response.end(),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  return `http://127.0.0.1:${port}`;
}

/** Makes an assertion of every line that a judge printed; `least` is how many there must be. */
export function reportChecks(t: Test, judge: RunningProcess, least: number): void {
  let checks = 0;
  for (const line of judge.stdout().split('\n')) {
    const [, verdict, name = '', why = ''] = /^(ok|FAIL|todo|skip) (.*?)(?:: (.*))?$/.exec(line) ?? [];
    if (verdict === undefined) {
      if (line.startsWith('# ')) t.comment(line.slice(2));
      continue;
    }
    checks += 1;
    if (verdict === 'ok') t.pass(name);
    else if (verdict === 'FAIL') t.fail(`${name}: ${why}`);
    else if (verdict === 'todo') t.fail(name, { todo: why });
    else t.pass(name, { skip: why });
  }
  t.ok(checks > least, `${checks} checks ran to the end`);
}
