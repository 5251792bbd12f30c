import { fdatasync, open, rename, write, close, type PathLike } from 'node:fs';
import { promisify } from 'node:util';

const calls = {
  open: promisify(open) as (path: PathLike, flags: string, mode: number) => Promise<number>,
  write: promisify(write) as unknown as (fd: number, bytes: Buffer) => Promise<unknown>,
  sync: promisify(fdatasync),
  close: promisify(close),
  rename: promisify(rename),
};

/** The least that makes a file durable and whole: write beside, sync, rename. The folder is not synced. */
export async function writeDurably(path: string, bytes: Buffer): Promise<void> {
  const temporary = `${path}.tmp`;
  const fd = await calls.open(temporary, 'wx', 0o600);
  await calls.write(fd, bytes);
  await calls.sync(fd);
  await calls.close(fd);
  await calls.rename(temporary, path);
}
