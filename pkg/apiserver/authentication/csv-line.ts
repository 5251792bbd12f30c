/** Splits one CSV line (RFC 4180: quoted fields, doubled quotes). Throws an `Error` that names the place of a fault. */
export function parseCSVLine(line: string, place: string): string[] {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    const { value, end } = line[at] === '"' ? readQuoted(line, at, place) : readPlain(line, at, place);
    fields.push(value);
    if (end >= line.length) return fields;
    at = end + 1;
  }
}

interface Field {
  readonly value: string;
  /** Index of the comma after it, or the length of the line. */
  readonly end: number;
}

function readPlain(line: string, start: number, place: string): Field {
  const comma = line.indexOf(',', start);
  const end = comma < 0 ? line.length : comma;
  const value = line.slice(start, end);
  if (value.includes('"')) throw new Error(`${place}: bare " in a field that is not quoted (column ${start + 1})`);
  return { value, end };
}

function readQuoted(line: string, start: number, place: string): Field {
  let value = '';
  for (let at = start + 1; ;) {
    const quote = line.indexOf('"', at);
    if (quote < 0) throw new Error(`${place}: quoted field does not end (column ${start + 1})`);
    value += line.slice(at, quote);
    if (line[quote + 1] === '"') {
      value += '"';
      at = quote + 2;
      continue;
    }
    const end = quote + 1;
    if (end < line.length && line[end] !== ',')
      throw new Error(`${place}: text after a quoted field (column ${end + 1})`);
    return { value, end };
  }
}
