import { isJSONObject } from '../../runtime/json.ts';
import { type PathElement, printPath, printPathElement } from '../field-set/path-element.ts';
import { type FieldType, type ListType, type MapType, memberType, type ScalarType, shapeOf } from './field-type.ts';
import { toGoSyntaxText, toGoTypeText, toGoValueText } from './go-value-text.ts';
import { toItemElement } from './list-item.ts';
import { TypedValueError } from './typed-value-error.ts';

/** What is allowed beyond the type. */
export interface ValidateOptions {
  /** Two items of an associative list may have the same keys: objects that are stored already may have such. */
  readonly allowDuplicates: boolean;
}

/** Faults of a value, each `<path>: <message>` in upstream's words. A map tells of its first undeclared member only, and after
 * 64 KiB of faults there are no more. */
export function findTypeFaults(value: unknown, type: FieldType, options: ValidateOptions): string[] {
  const walker = new ValidatingWalker(options);
  walker.visit(value, type);
  return walker.faults;
}

/** The text of a failure with these faults (Go: `typed.ValidationErrors`). */
export function toFaultsText(faults: readonly string[]): string {
  return faults.length === 1 ? (faults[0] ?? '') : ['errors:', ...faults.map((fault) => `  ${fault}`)].join('\n');
}

// A large config may be wrong in as many places as it has, far down.
const maxFaultsLength = 65_536;

class ValidatingWalker {
  readonly faults: string[] = [];
  readonly #path: PathElement[] = [];
  readonly #allowDuplicates: boolean;
  #length = 0;

  constructor({ allowDuplicates }: ValidateOptions) {
    this.#allowDuplicates = allowDuplicates;
  }

  visit(value: unknown, type: FieldType): void {
    if (value === null || value === undefined) return;
    const shape = shapeOf(type, value);
    if (shape === 'map' && type.map !== undefined) this.#visitMap(value, type.map);
    else if (shape === 'list' && type.list !== undefined) this.#visitList(value, type.list);
    else if (type.scalar !== undefined) this.#visitScalar(value, type.scalar);
  }

  #visitMap(value: unknown, map: MapType): void {
    if (!isJSONObject(value)) return this.#fail(`expected map, got ${toGoValueText(value)}`);
    for (const name of Object.keys(value)) {
      const type = memberType(map, name);
      this.#path.push(`f:${name}`);
      if (type === undefined) this.#fail('field not declared in schema');
      else this.visit(value[name], type);
      this.#path.pop();
      if (type === undefined) return;
    }
  }

  #visitList(value: unknown, list: ListType): void {
    if (!Array.isArray(value)) return this.#fail(`expected list, got ${toGoValueText(value)}`);
    const seen = new Set<PathElement>();
    for (const [index, item] of value.entries()) {
      const element = this.#toElement(list, item, index);
      if (element === undefined) return;
      if (!this.#allowDuplicates && seen.has(element)) {
        this.#fail(`duplicate entries for key ${printPathElement(element)}`);
      }
      seen.add(element);
      this.#path.push(element);
      this.visit(item, list.element);
      this.#path.pop();
    }
  }

  #toElement(list: ListType, item: unknown, index: number): PathElement | undefined {
    if (list.relationship === 'atomic') return `i:${index}`;
    try {
      return toItemElement(list, item);
    } catch (error) {
      if (!(error instanceof TypedValueError)) throw error;
      this.#fail(`element ${index}: ${error.message}`);
      return undefined;
    }
  }

  #visitScalar(value: unknown, scalar: ScalarType): void {
    const fault = findScalarFault(value, scalar);
    if (fault !== undefined) this.#fail(fault);
  }

  #fail(message: string): void {
    if (this.#length > maxFaultsLength) return;
    const fault = this.#path.length === 0 ? message : `${printPath(this.#path)}: ${message}`;
    this.faults.push(fault);
    this.#length += fault.length;
  }
}

function findScalarFault(value: unknown, scalar: ScalarType): string | undefined {
  switch (scalar) {
    case 'numeric':
      return typeof value === 'number' ? undefined : `expected numeric (int or float), got ${toGoTypeText(value)}`;
    case 'string':
      return typeof value === 'string' ? undefined : `expected string, got ${toGoSyntaxText(value)}`;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `expected boolean, got ${toGoValueText(value)}`;
    case 'untyped':
      return typeof value === 'object' ? `expected any scalar, got ${toGoValueText(value)}` : undefined;
  }
}
