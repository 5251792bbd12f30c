import type { KubernetesObject } from '../../apis/meta/v1/types.ts';
import { newInvalid } from '../apimachinery/errors/constructors.ts';
import { decodeObject } from '../apimachinery/runtime/decode-object.ts';
import { cloneJSON } from '../apimachinery/runtime/json.ts';
import type { KindDefinition } from '../apimachinery/schema/kind-definition.ts';
import { applySchemaDefaults } from '../apimachinery/validation/defaults.ts';
import type { FieldError } from '../apimachinery/validation/field-error.ts';
import { newStructuralValidator } from '../apimachinery/validation/structural.ts';

/** What becomes of objects of a kind by its own rules, without a server. */
export interface KindTester<T extends KubernetesObject> {
  /** As the server decodes a body, with the name `a` in the namespace `default`. */
  readonly decode: (members: object) => Promise<T>;
  /** As the server stores what a client creates. */
  readonly create: (members: object) => Promise<T>;
  /** As the server stores what a client puts over it. */
  readonly update: (members: object, old: T) => Promise<T>;
  /** What a client reads of a refused create, after the name; empty for one that is accepted. */
  readonly createFault: (members: object) => Promise<string>;
  /** What a client reads of a refused update, after the name. */
  readonly updateFault: (members: object, old: T) => Promise<string>;
  /** The cells of the table, without those of the name and the age. */
  readonly cells: (object: T, now?: number) => readonly unknown[];
}

const validator = newStructuralValidator();

/** Tests a kind. */
export function newKindTester<T extends KubernetesObject>(kind: KindDefinition<T>): KindTester<T> {
  const { schema, strategy = {}, columns = [] } = kind;
  const decode = async (members: object): Promise<T> => {
    const { object } = await decodeObject({
      body: Buffer.from(JSON.stringify({ metadata: { name: 'a', namespace: 'default' }, ...members })),
      mediaType: 'application/json',
      expected: kind,
      schema,
      fieldValidation: 'Strict',
    });
    const draft = object as KubernetesObject as T;
    applySchemaDefaults(draft, schema);
    strategy.applyDefaults?.(draft);
    return draft;
  };
  const create = async (members: object): Promise<T> => {
    const draft = await decode(members);
    strategy.prepareForCreate?.(draft);
    return draft;
  };
  const update = async (members: object, old: T): Promise<T> => {
    const draft = await decode(members);
    strategy.prepareForUpdate?.(draft, cloneJSON(old));
    return draft;
  };
  const faultOf = async (draft: T, own: readonly FieldError[]): Promise<string> => {
    const errors = [...(await validator.validate(draft, schema)), ...own];
    return errors.length === 0 ? '' : newInvalid(kind, 'a', errors).message.replace(/^.* "a" is invalid: /, '');
  };
  return {
    decode,
    create,
    update,
    async createFault(members) {
      const draft = await create(members);
      return faultOf(draft, strategy.validate?.(draft) ?? []);
    },
    async updateFault(members, old) {
      const draft = await update(members, old);
      const own =
        strategy.validateUpdate === undefined ? strategy.validate?.(draft) : strategy.validateUpdate(draft, old);
      return faultOf(draft, own ?? []);
    },
    cells: (object, now = 0) => columns.filter(({ name }) => name !== 'Age').map((column) => column.cell(object, now)),
  };
}
