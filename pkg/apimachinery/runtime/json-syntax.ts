import { toGoQuoted } from '../validation/go-string.ts';

/**
 * Go's text for the first syntax error of a JSON document, or `undefined` when there is none. Reading is by bytes, as Go does it. It is
 * slow, and used only to explain why `JSON.parse` refused a document. Source: Go `encoding/json` scanner.
 */
export function findSyntaxError(bytes: Uint8Array): string | undefined {
  try {
    new SyntaxScanner(bytes).scanDocument();
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

class Fault extends Error {}

const whitespace = ' \t\n\r';
const digits = '0123456789';
const hexadecimals = '0123456789abcdefABCDEF';

class SyntaxScanner {
  // One character for each byte.
  readonly #text: string;
  // Brackets to come. A stack of our own: documents may be nested deeper than the call stack allows.
  readonly #closers: ('}' | ']')[] = [];
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  }

  scanDocument(): void {
    do this.#scanValueOrOpening();
    while (this.#scanUntilNextValue());
  }

  // A scalar, or everything up to the first scalar or empty container inside.
  #scanValueOrOpening(): void {
    while (this.#isOpening()) {
      const closer = this.#take() === '{' ? '}' : ']';
      this.#closers.push(closer);
      this.#skipSpace();
      if (this.#peek() === closer) return;
      if (closer === '}') this.#scanKey();
    }
    this.#scanScalar();
  }

  // Closes containers until another value must follow. Answers false at the end of the document.
  #scanUntilNextValue(): boolean {
    for (;;) {
      this.#skipSpace();
      const closer = this.#closers.at(-1);
      if (closer === undefined && this.#peek() === '') return false;
      if (closer === undefined) throw this.#fault('after top-level value');
      if (this.#peek() === closer) {
        this.#take();
        this.#closers.pop();
      } else if (this.#peek() === ',') {
        this.#take();
        if (closer === '}') this.#scanKey();
        return true;
      } else {
        throw this.#fault(closer === '}' ? 'after object key:value pair' : 'after array element');
      }
    }
  }

  #isOpening(): boolean {
    this.#skipSpace();
    return this.#peek() === '{' || this.#peek() === '[';
  }

  #scanKey(): void {
    this.#skipSpace();
    if (this.#peek() !== '"') throw this.#fault('looking for beginning of object key string');
    this.#scanString();
    this.#skipSpace();
    if (this.#take() !== ':') throw this.#fault('after object key', this.#at - 1);
  }

  #scanScalar(): void {
    const first = this.#peek();
    if (first === '"') return this.#scanString();
    if (first === '-' || isOneOf(first, digits)) return this.#scanNumber();
    const word = ['true', 'false', 'null'].find((each) => each.startsWith(first));
    if (first === '' || word === undefined) throw this.#fault('looking for beginning of value');
    this.#take();
    for (const letter of word.slice(1)) this.#expect(letter, `in literal ${word} (expecting '${letter}')`);
  }

  #scanString(): void {
    this.#take();
    for (;;) {
      const character = this.#peek();
      if (character < ' ') throw this.#fault('in string literal');
      this.#take();
      if (character === '"') return;
      if (character === '\\') this.#scanEscape();
    }
  }

  #scanEscape(): void {
    const code = this.#peek();
    this.#expect('bfnrt\\/"u', 'in string escape code');
    for (let left = code === 'u' ? 4 : 0; left > 0; left--) {
      this.#expect(hexadecimals, String.raw`in \u hexadecimal character escape`);
    }
  }

  #scanNumber(): void {
    if (this.#peek() === '-') this.#take();
    if (this.#peek() === '0') this.#take();
    else this.#scanDigits('in numeric literal');
    if (this.#peek() === '.') {
      this.#take();
      this.#scanDigits('after decimal point in numeric literal');
    }
    if (!isOneOf(this.#peek(), 'eE')) return;
    this.#take();
    if (isOneOf(this.#peek(), '+-')) this.#take();
    this.#scanDigits('in exponent of numeric literal');
  }

  #scanDigits(where: string): void {
    this.#expect(digits, where);
    while (isOneOf(this.#peek(), digits)) this.#take();
  }

  #expect(allowed: string, where: string): void {
    // Go reads a space behind the end, which only what can end a value takes without complaint.
    if (this.#peek() === '') throw new Fault(`invalid character ' ' ${where}`);
    if (!isOneOf(this.#peek(), allowed)) throw this.#fault(where);
    this.#take();
  }

  #skipSpace(): void {
    while (isOneOf(this.#peek(), whitespace)) this.#at++;
  }

  // The next byte as a character, the empty string at the end.
  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  #take(): string {
    const character = this.#peek();
    this.#at++;
    return character;
  }

  #fault(where: string, at = this.#at): Fault {
    const character = this.#text.charAt(at);
    if (character === '') return new Fault('unexpected end of JSON input');
    return new Fault(`invalid character ${quoteCharacter(character)} ${where}`);
  }
}

function isOneOf(character: string, characters: string): boolean {
  return character !== '' && characters.includes(character);
}

// Go quotes like a string, except that the quotes are single.
function quoteCharacter(character: string): string {
  if (character === "'") return String.raw`'\''`;
  return character === '"' ? `'"'` : `'${toGoQuoted(character).slice(1, -1)}'`;
}
