import { toGoQuoted } from '../validation/go-string.ts';

/**
 * Go's text for the first syntax error of a JSON document, or `undefined` when there is none. Reading is by bytes, as Go does it, so
 * it is used only to explain why `JSON.parse` refused a document. Source: Go `encoding/json` scanner.
 */
export function findSyntaxError(bytes: Uint8Array): string | undefined {
  try {
    new SyntaxScanner(bytes).document();
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

class Fault extends Error {}

const space = new Set([0x20, 0x09, 0x0a, 0x0d]);
const digits = '0123456789';

class SyntaxScanner {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  // Containers are kept on a stack of our own: documents may be nested deeper than the call stack allows.
  document(): void {
    const open: ('{' | '[')[] = [];
    for (;;) {
      const container = this.#valueOrOpen(open);
      if (container !== undefined) {
        open.push(container);
        if (container === '[' || this.#peek() !== '}') {
          if (container === '[' && this.#peek() === ']') this.#skipEnd(open);
          else {
            if (container === '{') this.#key();
            continue;
          }
        } else this.#skipEnd(open);
      }
      if (!this.#afterValue(open)) return;
    }
  }

  #skipEnd(open: ('{' | '[')[]): void {
    this.#take();
    open.pop();
  }

  // Ends containers until one goes on. Answers false at the end of the document.
  #afterValue(open: ('{' | '[')[]): boolean {
    for (;;) {
      const container = open.at(-1);
      if (container === undefined) {
        if (this.#peek() !== '') throw this.#fault('after top-level value');
        return false;
      }
      const next = this.#need();
      if (next === ',') {
        this.#take();
        if (container === '{') this.#key();
        return true;
      }
      if (next !== (container === '{' ? '}' : ']')) {
        throw this.#fault(container === '{' ? 'after object key:value pair' : 'after array element');
      }
      this.#skipEnd(open);
    }
  }

  #key(): void {
    if (this.#need() !== '"') throw this.#fault('looking for beginning of object key string');
    this.#string();
    if (this.#need() !== ':') throw this.#fault('after object key');
    this.#take();
  }

  #valueOrOpen(_open: readonly string[]): '{' | '[' | undefined {
    const first = this.#need();
    if (first === '{' || first === '[') {
      this.#take();
      return first;
    }
    if (first === '"') this.#string();
    else if (first === 't') this.#literal('true');
    else if (first === 'f') this.#literal('false');
    else if (first === 'n') this.#literal('null');
    else if (first === '-' || digits.includes(first)) this.#number();
    else throw this.#fault('looking for beginning of value');
    return undefined;
  }

  #literal(word: string): void {
    this.#take();
    for (const letter of word.slice(1)) {
      if (this.#raw() !== letter) throw this.#fault(`in literal ${word} (expecting '${letter}')`);
      this.#take();
    }
  }

  #string(): void {
    this.#take();
    for (;;) {
      const character = this.#raw();
      if (character === '') throw this.#fault('');
      if (character < ' ') throw this.#fault('in string literal');
      this.#take();
      if (character === '"') return;
      if (character === '\\') this.#escape();
    }
  }

  #escape(): void {
    const code = this.#raw();
    if (code === '' || !'bfnrt\\/"u'.includes(code)) throw this.#fault('in string escape code');
    this.#take();
    for (let left = code === 'u' ? 4 : 0; left > 0; left--) {
      if (!/[0-9a-fA-F]/.test(this.#raw())) throw this.#fault(String.raw`in \u hexadecimal character escape`);
      this.#take();
    }
  }

  #number(): void {
    if (this.#raw() === '-') this.#take();
    if (this.#raw() === '0') this.#take();
    else this.#digits('in numeric literal');
    if (this.#raw() === '.') {
      this.#take();
      this.#digits('after decimal point in numeric literal');
    }
    if (this.#raw() !== 'e' && this.#raw() !== 'E') return;
    this.#take();
    if (this.#raw() === '+' || this.#raw() === '-') this.#take();
    this.#digits('in exponent of numeric literal');
  }

  #digits(where: string): void {
    if (this.#raw() === '' || !digits.includes(this.#raw())) throw this.#fault(where);
    while (this.#raw() !== '' && digits.includes(this.#raw())) this.#take();
  }

  // The next byte as a character, the empty string at the end.
  #raw(): string {
    const byte = this.#bytes[this.#at];
    return byte === undefined ? '' : String.fromCodePoint(byte);
  }

  #peek(): string {
    while (space.has(this.#bytes[this.#at] ?? 0)) this.#at++;
    return this.#raw();
  }

  #need(): string {
    const character = this.#peek();
    if (character === '') throw this.#fault('');
    return character;
  }

  #take(): void {
    this.#at++;
  }

  #fault(where: string): Fault {
    const character = this.#raw();
    if (character === '') return new Fault('unexpected end of JSON input');
    return new Fault(`invalid character ${quoteCharacter(character)} ${where}`);
  }
}

function quoteCharacter(character: string): string {
  if (character === "'") return String.raw`'\''`;
  if (character === '"') return `'"'`;
  return `'${toGoQuoted(character).slice(1, -1)}'`;
}
