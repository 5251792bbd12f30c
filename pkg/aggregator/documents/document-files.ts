import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isJSONObject } from '../../apimachinery/runtime/json.ts';
import type { Logger } from '../../component/logs/logger.ts';
import type { DocumentStore } from './document-store.ts';

/** What the files are made of. */
export interface DocumentFilesOptions {
  /** Made when there is something to keep. Nothing else should be in it. */
  readonly directory: string;
  readonly logger: Logger;
}

const suffix = '.json';
const format = 'tributary-documents/1';

/**
 * One file for each APIService: a line that says what it is, with a checksum, and a line of JSON. A file that is torn, foreign or of
 * another format is left out: the services will say it again.
 */
export function newDocumentFiles({ directory, logger }: DocumentFilesOptions): DocumentStore {
  const pending = new Map<string, object | undefined>();
  let writing: Promise<void> | undefined;
  const complain = (error: unknown): void =>
    logger.warn('what is known of services cannot be kept', { directory, err: error });
  const writeAll = async (): Promise<void> => {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    for (const [name, content] of pending) {
      pending.delete(name);
      const path = join(directory, toFileName(name));
      if (content === undefined) await rm(path, { force: true });
      else await replaceFile(path, encode(name, content));
    }
  };
  const start = async (): Promise<void> => {
    // Everything that comes within this turn is written by one call.
    await Promise.resolve();
    await writeAll().catch(complain);
    writing = undefined;
  };
  return {
    load: () => loadFolder(directory, logger),
    save(name, content) {
      pending.set(name, content);
      writing ??= start();
    },
    async flush() {
      await writing;
    },
  };
}

async function loadFolder(directory: string, logger: Logger): Promise<ReadonlyMap<string, unknown>> {
  const found = new Map<string, unknown>();
  const names = await readdir(directory).catch((): string[] => []);
  const readOne = async (file: string): Promise<void> => {
    const path = join(directory, file);
    const kept = await readFile(path, 'utf8').then(decode, () => undefined);
    if (kept !== undefined && toFileName(kept.name) === file) return void found.set(kept.name, kept.content);
    logger.info('a file of what was known of services is of no use, and left alone', { path });
  };
  await Promise.all(names.filter((file) => file.endsWith(suffix)).map(readOne));
  return found;
}

/** No fsync: what a power loss takes is read again, and a file that is half there is told by its checksum. */
async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, path);
}

function encode(name: string, content: object): string {
  const body = JSON.stringify(content);
  return `${JSON.stringify({ format, name, sha256: sha256(body) })}\n${body}\n`;
}

function decode(text: string): { name: string; content: unknown } | undefined {
  try {
    const end = text.indexOf('\n');
    const body = text.slice(end + 1, -1);
    const header: unknown = JSON.parse(text.slice(0, end));
    if (!isJSONObject(header) || header['format'] !== format || header['sha256'] !== sha256(body)) return undefined;
    return { name: String(header['name']), content: JSON.parse(body) };
  } catch {
    return undefined;
  }
}

/** Names of APIServices are those of DNS; one that is too long for a file is told by its hash. */
function toFileName(name: string): string {
  const plain = /^[a-z0-9][a-z0-9.-]{0,199}$/.test(name);
  return `${plain ? name : sha256(name)}${suffix}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
