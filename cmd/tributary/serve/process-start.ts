import { readFile } from 'node:fs/promises';

/** When a process began, in the system's own count; empty where the system does not tell (it does on Linux). */
export async function readProcessStart(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The command name in parentheses may hold anything, so count fields after the last one.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
