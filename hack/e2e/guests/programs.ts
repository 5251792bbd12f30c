import { type GoProgram, buildGoProgram, hasGo } from '../harness/go-program.ts';

/** Servers of others, each pinned by a module of its own in the folder of its name, with the dependencies that its authors chose. */
export const GUESTS = ['etcd', 'sample-apiserver', 'metrics-server'] as const;

/** One of them. */
export type Guest = (typeof GUESTS)[number];

/** Builds a guest, unmodified, out of its published module; throws in a sentence where there is no Go. */
export async function buildGuest(name: Guest): Promise<GoProgram> {
  if (!(await hasGo())) throw new Error(`there is no Go on the PATH, and ${name} is built with it`);
  return buildGoProgram({ module: `hack/e2e/guests/${name}`, what: 'tool', name });
}
