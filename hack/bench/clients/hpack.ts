/** Header fields as a block that any HPACK decoder takes: all literal, nothing indexed, nothing compressed (RFC 7541 6.2.2). */
export function toHeaderBlock(fields: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([name, value]) => [Buffer.of(0), toStringLiteral(name), toStringLiteral(value)]),
  );
}

function toStringLiteral(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([toInteger(bytes.length), bytes]);
}

/** An integer with a prefix of seven bits (RFC 7541 5.1). */
function toInteger(value: number): Buffer {
  if (value < 127) return Buffer.of(value);
  const bytes = [127];
  let rest = value - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}
