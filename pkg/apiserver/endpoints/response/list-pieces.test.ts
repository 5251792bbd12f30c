import t from 'tap';
import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';
import { newTurns } from '../../turns.ts';
import { type BodyEncoding, encodeBody } from './encode-body.ts';
import { encodeLongDocument, type LongDocument } from './list-pieces.ts';

const newObject = (at: number): KubernetesObject => ({
  kind: 'Note',
  apiVersion: 'v1',
  metadata: { name: `note-${at}`, annotations: { text: 'two\nlines, <b> & "items":[]' } },
});

/** A document with a member before and after the long one, in the order of their names. */
function newDocument(count: number, differences: Partial<LongDocument> = {}): LongDocument {
  return {
    frame: { kind: 'NoteList', apiVersion: 'v1', metadata: { resourceVersion: '"items":[]' }, items: [] },
    member: 'items',
    objects: Array.from({ length: count }, (_, at) => newObject(at)),
    element: ({ metadata }) => ({ metadata }),
    ...differences,
  };
}

const encodings: readonly BodyEncoding[] = [
  { mediaType: 'application/json', pretty: false },
  { mediaType: 'application/json', pretty: true },
  { mediaType: 'application/yaml', pretty: false },
];

t.test('a long document is the same as if it were encoded as a whole', async (t) => {
  for (const encoding of encodings) {
    for (const count of [0, 1, 2, 3000]) {
      const document = newDocument(count);
      const pieces = await encodeLongDocument(document, encoding, newTurns());
      const whole = { ...document.frame, items: document.objects.map(document.element) };
      const what = `${count} as ${encoding.mediaType}${encoding.pretty ? ', pretty' : ''}`;
      t.equal(Buffer.concat(pieces).toString(), await encodeBody(whole, encoding), what);
      t.equal(pieces.length > 1, count === 3000, what);
    }
  }
});

t.test('text that is known is used as it is', async (t) => {
  const document = newDocument(2, { json: ({ metadata }) => `"${metadata.name}"` });
  const [compact, pretty] = await Promise.all(
    encodings.slice(0, 2).map(async (each) => Buffer.concat(await encodeLongDocument(document, each, newTurns()))),
  );
  t.match(compact?.toString(), /"items":\["note-0","note-1"\]\}\n$/);
  t.match(pretty?.toString(), /"name": "note-1"/);
});

t.test('others have their turn between the pieces', async (t) => {
  let turns = 0;
  const takeTurns = async (): Promise<void> => void turns++;
  const [compact = {} as BodyEncoding] = encodings;
  const pieces = await encodeLongDocument(newDocument(3000), compact, takeTurns);
  t.equal(turns, pieces.length - 1);
  t.ok(pieces.every(({ length }) => length < 70_000));
});
