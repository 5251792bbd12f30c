import { newBadRequest } from '../errors/constructors.ts';
import { compareUTF8 } from '../runtime/compare.ts';
import { type FieldRequirement, type FieldSelector, newFieldSelector } from './selector.ts';

/**
 * Parses the text form of a field selector, such as `metadata.name=a,spec.type!=b`. The empty text selects everything.
 * Throws a 400 `StatusError` with upstream's texts (apimachinery `pkg/fields/selector.go`).
 */
export function parseFieldSelector(text: string): FieldSelector {
  const terms = splitTerms(text).filter((term) => term !== '');
  return newFieldSelector(terms.toSorted(compareUTF8).map((term) => parseTerm(term, text)));
}

// Terms end at a comma that is not escaped.
function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') at++;
    if (character !== ',') continue;
    terms.push(text.slice(start, at));
    start = at + 1;
  }
  terms.push(text.slice(start));
  return terms;
}

const operator = /!=|==|=/;

function parseTerm(term: string, selector: string): FieldRequirement {
  const found = operator.exec(term);
  if (found === null) throw newBadRequest(`invalid selector: '${selector}'; can't understand '${term}'`);
  return {
    path: term.slice(0, found.index),
    operator: found[0] === '!=' ? '!=' : '=',
    value: unescapeValue(term.slice(found.index + found[0].length)),
  };
}

function unescapeValue(value: string): string {
  let out = '';
  let escaped = false;
  for (const character of value) {
    const special = character === '\\' || character === ',' || character === '=';
    if (escaped) {
      if (!special) throw newBadRequest(`invalid field selector: invalid escape sequence: \\${character}`);
      out += character;
      escaped = false;
    } else if (character === '\\') {
      escaped = true;
    } else if (special) {
      // Upstream prints the number of the character.
      throw newBadRequest(`invalid field selector: unescaped character in value: ${character.codePointAt(0)}`);
    } else {
      out += character;
    }
  }
  if (escaped) throw newBadRequest('invalid field selector: invalid escape sequence: \\');
  return out;
}
