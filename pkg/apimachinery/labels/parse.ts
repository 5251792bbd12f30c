import { newBadRequest } from '../errors/constructors.ts';
import { tryParseInt64 } from '../runtime/go-int.ts';
import { type FieldError, invalid, toFieldErrorMessage } from '../validation/field-error.ts';
import { validateLabelKey, validateLabelValue } from '../validation/label-names.ts';
import { scanLabelSelector, type Token, type TokenKind } from './lexer.ts';
import type { LabelOperator, LabelRequirement } from './requirement.ts';
import { type LabelSelector, newLabelSelector } from './selector.ts';

/**
 * Parses the text form of a label selector, such as `app in (a,b),tier!=x,!legacy`. The empty text selects everything.
 * Throws a 400 `StatusError` with upstream's texts (apimachinery `pkg/labels/selector.go`).
 */
export function parseLabelSelector(text: string): LabelSelector {
  try {
    return newLabelSelector(new Parser(text).parse());
  } catch (error) {
    if (error instanceof SelectorSyntaxError) throw newBadRequest(error.message, error);
    throw error;
  }
}

class SelectorSyntaxError extends Error {}

const binaryOperators: ReadonlyMap<TokenKind, LabelOperator> = new Map([
  ['in', 'in'],
  ['notin', 'notin'],
  ['=', '='],
  ['==', '=='],
  ['!=', '!='],
  ['>', 'gt'],
  ['<', 'lt'],
]);

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(text: string) {
    this.#tokens = scanLabelSelector(text);
  }

  parse(): LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    for (;;) {
      const first = this.#peekValue();
      if (first.kind === 'end') return requirements;
      if (first.kind !== 'identifier' && first.kind !== '!') {
        throw unexpected(first, "!, identifier, or 'end of string'");
      }
      requirements.push(this.#requirement());
      const separator = this.#takeValue();
      if (separator.kind === 'end') return requirements;
      if (separator.kind !== ',') throw unexpected(separator, "',' or 'end of string'");
      const following = this.#peekValue();
      if (following.kind !== 'identifier' && following.kind !== '!') {
        throw unexpected(following, "identifier after ','");
      }
    }
  }

  #requirement(): LabelRequirement {
    try {
      return this.#parseRequirement();
    } catch (error) {
      if (!(error instanceof SelectorSyntaxError)) throw error;
      throw new SelectorSyntaxError(`unable to parse requirement: ${error.message}`, { cause: error });
    }
  }

  #parseRequirement(): LabelRequirement {
    const negated = this.#peekValue().kind === '!';
    if (negated) this.#takeValue();
    const key = this.#takeValue();
    if (key.kind !== 'identifier') throw unexpected(key, 'identifier');
    // Upstream reports a bad key without a path, which Go prints as `<nil>`.
    const keyErrors = validateLabelKey(key.literal);
    if (keyErrors.length > 0) throw toSyntaxError([invalid('<nil>', key.literal, keyErrors.join('; '))]);
    if (negated) return { key: key.literal, operator: '!', values: [] };
    const following = this.#peekValue().kind;
    if (following === 'end' || following === ',') return { key: key.literal, operator: 'exists', values: [] };
    const operator = this.#operator();
    const values = operator === 'in' || operator === 'notin' ? this.#list() : [this.#exactValue()];
    return newRequirement(key.literal, operator, values);
  }

  #operator(): LabelOperator {
    const token = this.#take();
    const operator = binaryOperators.get(token.kind);
    if (operator === undefined) throw unexpected(token, [...binaryOperators.values()].join(', '));
    return operator;
  }

  #list(): string[] {
    const open = this.#takeValue();
    if (open.kind !== '(') throw new SelectorSyntaxError(`found '${open.literal}' expected: '('`);
    const first = this.#peekValue();
    if (first.kind === ')') {
      this.#takeValue();
      return [];
    }
    if (first.kind !== 'identifier' && first.kind !== ',') throw unexpected(first, "',', ')' or identifier");
    const values = this.#listItems();
    this.#takeValue(); // `#listItems` stops only in front of the closing parenthesis.
    return values;
  }

  // An item may be empty: `(,)` and `(a,)` hold the empty string.
  #listItems(): string[] {
    const values = new Set<string>();
    for (;;) {
      const token = this.#takeValue();
      const next = this.#peekValue();
      if (token.kind === 'identifier') {
        values.add(token.literal);
        if (next.kind === ')') return [...values];
        if (next.kind !== ',') throw unexpected(next, "',' or ')'");
      } else if (token.kind === ',') {
        if (values.size === 0 || next.kind === ')' || next.kind === ',') values.add('');
        if (next.kind === ')') return [...values];
        if (next.kind === ',') this.#takeValue();
      } else {
        throw unexpected(token, "',', or identifier");
      }
    }
  }

  #exactValue(): string {
    const next = this.#peekValue();
    if (next.kind === 'end' || next.kind === ',') return '';
    const token = this.#takeValue();
    if (token.kind !== 'identifier') throw unexpected(token, 'identifier');
    return token.literal;
  }

  #take(): Token {
    const token = this.#tokens[this.#next] ?? { kind: 'end', literal: '' };
    this.#next++;
    return token;
  }

  #takeValue(): Token {
    return asValue(this.#take());
  }

  #peekValue(): Token {
    return asValue(this.#tokens[this.#next] ?? { kind: 'end', literal: '' });
  }
}

// `in` and `notin` are ordinary words where a key or a value is expected.
function asValue(token: Token): Token {
  return token.kind === 'in' || token.kind === 'notin' ? { kind: 'identifier', literal: token.literal } : token;
}

function unexpected(token: Token, expected: string): SelectorSyntaxError {
  return new SelectorSyntaxError(`found '${token.literal}', expected: ${expected}`);
}

function newRequirement(key: string, operator: LabelOperator, values: readonly string[]): LabelRequirement {
  const errors: FieldError[] = [];
  if (values.length === 0) {
    errors.push(invalid('values', values, "for 'in', 'notin' operators, values set can't be empty"));
  }
  for (const [index, value] of values.entries()) {
    if ((operator === 'gt' || operator === 'lt') && tryParseInt64(value) === undefined) {
      errors.push(invalid(`values[${index}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer"));
    }
    const faults = validateLabelValue(value);
    if (faults.length > 0) errors.push(invalid(`values[${index}][${key}]`, value, faults.join('; ')));
  }
  if (errors.length > 0) throw toSyntaxError(errors);
  return { key, operator, values: values.toSorted() };
}

function toSyntaxError(errors: readonly FieldError[]): SelectorSyntaxError {
  const texts = [...new Set(errors.map(toFieldErrorMessage))];
  return new SelectorSyntaxError(texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`);
}
