import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';

/** Names the process that listens on a TCP port, as far as Linux lets us see it: `process 123 (node cmd/tributary/main.ts)`. */
export async function findPortOwner(port: number): Promise<string | undefined> {
  try {
    const inodes = await findListeners(port);
    if (inodes.size === 0) return undefined;
    for (const pid of await readdir('/proc')) {
      if (!/^\d+$/.test(pid) || !(await holdsSocket(pid, inodes))) continue;
      return `process ${pid} (${await readProgram(pid)})`;
    }
    return undefined;
  } catch {
    // No /proc, so nobody can tell.
    return undefined;
  }
}

/** Programs that run the one named by their first argument that is no flag. */
const interpreters = /^(?:bun|deno|java|node|nodejs|perl|php|python[\d.]*|ruby)$/;

/** The program of a process; what else is on its command line is nobody's business. */
async function readProgram(pid: string): Promise<string> {
  const [path = '', ...args] = (await readFile(`/proc/${pid}/cmdline`, 'utf8'))
    .split('\0')
    .filter((each) => each !== '');
  // The name that the system keeps is that of the main thread, which Node calls "MainThread".
  if (path === '') return (await readFile(`/proc/${pid}/comm`, 'utf8')).trim();
  const program = basename(path);
  const script = interpreters.test(program) ? args.find((each) => !each.startsWith('-')) : undefined;
  return script === undefined ? program : `${program} ${script}`;
}

const listenState = '0A';

async function findListeners(port: number): Promise<Set<string>> {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  const inodes = new Set<string>();
  for (const line of tables.join('\n').split('\n')) {
    const columns = line.trim().split(/\s+/);
    const local = columns[1]?.split(':')[1];
    if (local === wanted && columns[3] === listenState && columns[9] !== undefined)
      inodes.add(`socket:[${columns[9]}]`);
  }
  return inodes;
}

async function holdsSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const target = await readlink(`${folder}/${name}`).catch(() => '');
    if (inodes.has(target)) return true;
  }
  return false;
}
