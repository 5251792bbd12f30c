import { deflateRawSync } from 'node:zlib';
import t from 'tap';
import { readZipEntry } from './zip-entry.ts';

/** A ZIP archive of these files; every second one is deflated. */
function newArchive(files: readonly (readonly [name: string, content: string])[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  for (const [index, [name, text]] of files.entries()) {
    const method = index % 2 === 0 ? 0 : 8;
    const content = method === 0 ? Buffer.from(text) : deflateRawSync(text);
    const offset = Buffer.concat(parts).length;
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(name.length, 26);
    head.writeUInt16LE(4, 28);
    parts.push(head, Buffer.from(name), Buffer.alloc(4), content);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(content.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    directory.push(entry, Buffer.from(name));
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(Buffer.concat(parts).length, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

t.test('finds stored and deflated files by name', (t) => {
  const archive = newArchive([
    ['README', 'hello'],
    ['bin/tool', 'x'.repeat(1000)],
    ['bin/other', 'y'],
  ]);
  t.equal(readZipEntry(archive, 'README').toString(), 'hello');
  t.equal(readZipEntry(archive, 'bin/tool').toString(), 'x'.repeat(1000));
  t.equal(readZipEntry(archive, 'bin/other').toString(), 'y');
  t.end();
});

t.test('says what is wrong', (t) => {
  t.throws(() => readZipEntry(newArchive([['a', 'b']]), 'c'), /the ZIP archive holds no c/);
  t.throws(() => readZipEntry(Buffer.from('hello'), 'c'), /not a ZIP archive/);
  t.end();
});
