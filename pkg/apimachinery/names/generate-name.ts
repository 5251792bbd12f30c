// No vowels and nothing that looks like a vowel, so that no words come out (apimachinery `pkg/util/rand`).
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
const suffixLength = 5;
const maxBaseLength = 63 - suffixLength;

/** An integer of at least 0 and less than `bound`; `node:crypto`'s `randomInt` is one. */
export type RandomInt = (bound: number) => number;

/** Makes a name from `metadata.generateName`: the prefix, cut to 58 characters, and five random characters. */
export function generateName(prefix: string, randomInt: RandomInt): string {
  return prefix.slice(0, maxBaseLength) + randomSuffix(randomInt);
}

/** Five random characters that fit at the end of any name. */
export function randomSuffix(randomInt: RandomInt): string {
  let suffix = '';
  for (let count = 0; count < suffixLength; count++) suffix += alphabet.charAt(randomInt(alphabet.length));
  return suffix;
}
