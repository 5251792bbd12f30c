const prime = 0x1b3;
const word = 0x1_0000_0000;

/**
 * FNV-1 hash of 64 bits, big-endian. In two halves of 32 bits: BigInt arithmetic would be a hundred times slower.
 *
 * The prime is 2^40 + 0x1b3, so its upper part moves the lower half by eight bits into the upper one.
 */
export function fnv64(data: Uint8Array): Buffer {
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (const byte of data) {
    const product = low * prime;
    high = (high * prime + Math.floor(product / word) + ((low << 8) >>> 0)) % word;
    low = ((product % word) ^ byte) >>> 0;
  }
  const hash = Buffer.alloc(8);
  hash.writeUInt32BE(high, 0);
  hash.writeUInt32BE(low, 4);
  return hash;
}
