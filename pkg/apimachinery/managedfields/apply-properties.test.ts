import tap from 'tap';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { hasReason } from '../errors/status-error.ts';
import { deepFreeze, equalJSON, type JSONObject } from '../runtime/json.ts';
import type { Schema } from '../schema/schema.ts';
import { applyConfig, type ApplyOptions } from './apply-config.ts';
import { decodeManagedFields } from './decode-managed-fields.ts';
import { type FieldSet, intersectFieldSets, subtractFieldSet, unionFieldSets } from './field-set/field-set.ts';
import { parseFieldsV1, toFieldsV1 } from './field-set/fields-v1.ts';
import { listPaths } from './field-set/list-paths.ts';
import { printPath } from './field-set/path-element.ts';
import { compareValues } from './typed/compare-values.ts';
import { newObjectType } from './typed/compile-type.ts';
import type { FieldType } from './typed/field-type.ts';
import { mergeValues } from './typed/merge-values.ts';
import { withNamedMembers } from './typed/named-members.ts';
import { removeItems } from './typed/remove-items.ts';
import { toFieldSet } from './typed/to-field-set.ts';
import { findTypeFaults } from './typed/validate-value.ts';
import { updateManagedFields } from './update-managed-fields.ts';

/** Draws schemas, values and choices; the same seed draws the same. */
class Dice {
  isWild = false;
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 to `sides` - 1. */
  roll(sides: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.roll(items.length)] as T;
  }

  schema(depth = 3): Schema {
    if (depth <= 0 || this.roll(4) === 0) return { type: this.pick(['string', 'integer', 'boolean'] as const) };
    switch (this.roll(8)) {
      case 0:
        return { type: 'array', items: this.schema(depth - 1) };
      case 1:
        return {
          type: 'array',
          'x-kubernetes-list-type': 'set',
          items: { type: this.pick(['string', 'integer'] as const) },
        };
      case 2:
      case 3:
        return this.#keyedList(depth);
      case 4:
        return { type: 'object', additionalProperties: this.schema(depth - 1) };
      case 5:
        return { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
      case 6:
        return { ...this.#struct(depth), 'x-kubernetes-map-type': 'atomic' };
      default:
        return this.#struct(depth);
    }
  }

  #struct(depth: number): Schema & { type: 'object' } {
    const names = ['a', 'b', 'c', 'd'].filter(() => this.roll(3) > 0);
    return {
      type: 'object',
      properties: Object.fromEntries([...names, 'z'].map((name) => [name, this.schema(depth - 1)])),
    };
  }

  #keyedList(depth: number): Schema {
    const { properties } = this.#struct(depth - 1);
    const keys = { name: { type: 'string' }, port: { type: 'integer', default: 1 } } as const;
    return {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': this.pick([['name'], ['name', 'port']]),
      items: { type: 'object', properties: { ...properties, ...keys } },
    };
  }

  /** A schema of whole objects. */
  objectSchema(): Schema {
    const spec = this.#struct(3);
    return { type: 'object', properties: { ...spec.properties, spec } };
  }

  /** A value of a schema. Wild ones hold nulls and empty containers as well. */
  value(schema: Schema): unknown {
    if (this.isWild && this.roll(12) === 0) return null;
    if (this.isWild && this.roll(12) === 0 && schema.type === 'array') return [];
    if (schema.type === 'string') return this.pick(['x', 'y', 'z']);
    if (schema.type === 'integer') return this.roll(3);
    if (schema.type === 'boolean') return this.roll(2) === 0;
    if (schema.type === 'array') return this.#list(schema);
    if (schema['x-kubernetes-preserve-unknown-fields'] === true) return this.#free(2);
    const { properties, additionalProperties } = schema;
    if (properties === undefined)
      return this.members(['k', 'l', 'm'], () => this.value(additionalProperties as Schema));
    return this.members(Object.keys(properties), (name) => this.value(properties[name] as Schema));
  }

  members(names: readonly string[], draw: (name: string) => unknown): JSONObject {
    const drawn = names.filter(() => this.roll(5) > 1);
    // Empty containers are a case of their own; each object here holds something.
    const some = drawn.length === 0 && !this.isWild ? [this.pick(names)] : drawn;
    return Object.fromEntries(some.map((name) => [name, draw(name)]));
  }

  #list({ items = {}, ...schema }: Schema): unknown[] {
    const count = 1 + this.roll(3);
    const keys = schema['x-kubernetes-list-map-keys'];
    if (keys !== undefined) {
      const names = ['p', 'q', 'r', 's'].filter(() => this.roll(2) === 0);
      return ['o', ...names].map((name) => ({ ...(this.value(items) as object | null), name, port: 1 + this.roll(2) }));
    }
    const drawn = Array.from({ length: count }, () => this.value(items));
    return schema['x-kubernetes-list-type'] === 'set' ? [...new Set(drawn)].filter((item) => item !== null) : drawn;
  }

  #free(depth: number): unknown {
    return this.members(['f', 'g', 'h'], () => {
      if (this.isWild && this.roll(8) === 0) return this.pick<unknown>([null, {}, []]);
      if (depth > 0 && this.roll(3) === 0) return this.#free(depth - 1);
      return this.pick<unknown>(['x', 1, true, ['l', 1]]);
    });
  }
}

const head = { apiVersion: 'v1', kind: 'K' };
const print = (set: FieldSet): string => [...listPaths(set)].map((path) => printPath(path)).join(' ');

/** A kind with an object that somebody wrote, and the means to write to it. */
class World {
  readonly dice: Dice;
  readonly schema: Schema;
  readonly type: FieldType;
  live: KubernetesObject;
  #second = 0;

  constructor(seed: number) {
    this.dice = new Dice(seed);
    this.schema = this.dice.objectSchema();
    this.type = newObjectType(this.schema);
    this.live = this.update('creator', this.draw(), undefined);
  }

  draw(): JSONObject {
    return (this.dice.value(this.schema) ?? {}) as JSONObject;
  }

  apply(manager: string, members: JSONObject, force = false): KubernetesObject {
    const config = deepFreeze({ ...head, metadata: { name: 'x' }, ...members });
    const options: ApplyOptions = { ...head, type: this.type, live: this.live, config, manager, force, now: this.now };
    return deepFreeze(applyConfig(options));
  }

  update(manager: string, members: JSONObject, live: KubernetesObject | undefined = this.live): KubernetesObject {
    const draft: KubernetesObject = deepFreeze({ ...head, metadata: { name: 'x' }, ...members });
    const onError = (error: unknown) => {
      throw error;
    };
    const options = { apiVersion: 'v1', type: this.type, live, draft, manager, now: this.now, onError };
    const managedFields = updateManagedFields(options);
    return deepFreeze({ ...draft, metadata: { name: 'x', ...(managedFields && { managedFields }) } });
  }

  readonly now = (): number => {
    this.#second++;
    return this.#second * 1000;
  };
}

function contentOf({ metadata: _, ...rest }: KubernetesObject): JSONObject {
  return rest;
}

function ownedBy(object: KubernetesObject, manager: string): FieldSet {
  const entries = [...decodeManagedFields(object.metadata.managedFields).values()];
  return entries
    .filter((entry) => entry.manager === manager)
    .map(({ fields }) => fields)
    .reduce(unionFieldSets, new Map());
}

/** Every path there is in a value, containers and all. */
function pathsOf(value: unknown, type: FieldType): FieldSet {
  return compareValues(undefined, value, type).added;
}

/** Runs a check in many worlds; the name of a failure says which. */
function forAll(name: string, count: number, check: (world: World) => string | undefined): void {
  tap.test(name, (t) => {
    const failures: string[] = [];
    for (let seed = 1; seed <= count; seed++) {
      const why = check(new World(seed * 7919));
      if (why !== undefined) failures.push(`seed ${seed}: ${why}`);
    }
    t.same(failures.slice(0, 3), []);
    t.end();
  });
}

forAll('drawn values fit their schema, and sets survive the wire', 400, ({ type, live, dice, schema }) => {
  const value = dice.value(schema);
  const faults = findTypeFaults(value, type, { allowDuplicates: false });
  if (faults.length > 0) return faults.join();
  const set = toFieldSet(value, type);
  const wire = JSON.stringify(toFieldsV1(set));
  if (JSON.stringify(toFieldsV1(parseFieldsV1(JSON.parse(wire)))) !== wire) return wire;
  const strange = subtractFieldSet(set, pathsOf(value, type));
  if (strange.size > 0) return `not there: ${print(strange)}`;
  return live.metadata.managedFields === undefined ? 'not tracked' : undefined;
});

forAll('a comparison is the opposite of the comparison the other way round', 400, ({ type, dice, schema }) => {
  const [a, b] = [dice.value(schema), dice.value(schema)];
  const there = compareValues(a, b, type);
  const back = compareValues(b, a, type);
  const none = compareValues(a, structuredClone(a), type);
  if (none.added.size + none.modified.size + none.removed.size > 0) return 'differs from itself';
  if (print(there.added) !== print(back.removed)) return `added ${print(there.added)}, removed ${print(back.removed)}`;
  if (print(there.modified) !== print(back.modified)) return 'modified';
  return undefined;
});

forAll(
  'a merge holds all of the config, and of the object what the config does not say',
  400,
  ({ type, dice, schema }) => {
    const [live, config] = [deepFreeze(dice.value(schema)), deepFreeze(dice.value(schema))];
    const merged = mergeValues(live, config, type);
    if (!equalJSON(mergeValues(live, structuredClone(live), type), live)) return 'not idempotent';
    if (!equalJSON(mergeValues(merged, config, type), merged)) return 'not stable';
    const lost = subtractFieldSet(
      unionFieldSets(toFieldSet(config, type), toFieldSet(live, type)),
      pathsOf(merged, type),
    );
    // A value that changes its shape takes what was inside with it.
    const { removed } = compareValues(live, merged, type);
    const unexplained = subtractFieldSet(lost, removed);
    if (unexplained.size > 0) return `lost: ${print(unexplained)}`;
    const { added, modified: changed } = compareValues(config, merged, type);
    if (intersectFieldSets(changed, toFieldSet(config, type)).size > 0) return `not the config's: ${print(changed)}`;
    const foreign = subtractFieldSet(added, pathsOf(live, type));
    return foreign.size > 0 ? `from nowhere: ${print(foreign)}` : undefined;
  },
);

forAll('removing all fields, and the declared members around them, leaves nothing', 400, ({ type, dice, schema }) => {
  const value = dice.value(schema);
  const rest = removeItems(value, type, withNamedMembers(toFieldSet(value, type), type));
  return rest === null ? undefined : `left: ${JSON.stringify(rest)}`;
});

forAll('applying twice is applying once', 400, (world) => {
  world.dice.isWild = true;
  const config = world.draw();
  world.live = world.apply('a', config, true);
  const again = world.apply('a', config);
  return equalJSON(again, world.live) ? undefined : `${JSON.stringify(world.live)} became ${JSON.stringify(again)}`;
});

forAll('applying what is there conflicts with nobody and changes nothing', 400, (world) => {
  world.dice.isWild = true;
  world.live = world.update('other', { ...contentOf(world.live), ...world.draw() });
  const applied = world.apply('a', contentOf(world.live));
  if (!equalJSON(contentOf(applied), contentOf(world.live))) return 'changed';
  const kept = ['creator', 'other'].every((who) => print(ownedBy(applied, who)) === print(ownedBy(world.live, who)));
  if (!kept) return 'somebody lost fields';
  const mine = print(ownedBy(applied, 'a'));
  const expected = print(
    subtractFieldSet(toFieldSet(contentOf(applied), world.type), parseFieldsV1({ 'f:apiVersion': {}, 'f:kind': {} })),
  );
  return mine === expected ? undefined : `${mine} instead of ${expected}`;
});

forAll('what is applied without a conflict goes again without a trace', 400, (world) => {
  // Half of the members are those of the object, so they are shared; the rest is new where the object has nothing.
  const drawn = world.draw();
  const own = contentOf(world.live);
  const config = Object.fromEntries(
    Object.entries(drawn).map(([name, value]) => [name, Object.hasOwn(own, name) ? own[name] : value]),
  );
  const before = world.live;
  world.live = world.apply('a', config);
  const after = world.apply('a', {});
  return equalJSON(after, before) ? undefined : `${JSON.stringify(before)} became ${JSON.stringify(after)}`;
});

forAll('an apply without force fails exactly when it would take something, and force takes all of it', 400, (world) => {
  world.dice.isWild = true;
  const config = world.draw();
  const forced = world.apply('a', config, true);
  const lost = subtractFieldSet(ownedBy(world.live, 'creator'), ownedBy(forced, 'creator'));
  try {
    const applied = world.apply('a', config);
    return lost.size > 0 || !equalJSON(contentOf(applied), contentOf(forced)) ? `lost ${print(lost)}` : undefined;
  } catch (error) {
    if (!hasReason(error, 'Conflict')) throw error;
    return lost.size === 0 ? 'a conflict about nothing' : undefined;
  }
});

forAll('whatever happens, what is owned is there, and appliers have what they applied', 300, (world) => {
  world.dice.isWild = true;
  const configs = new Map<string, JSONObject>();
  for (let step = 0; step < 12; step++) {
    const manager = world.dice.pick(['a', 'b', 'c']);
    if (world.dice.roll(3) === 0) {
      const base = world.dice.roll(2) === 0 ? {} : contentOf(world.live);
      world.live = world.update(`update-${manager}`, { ...base, ...world.draw() });
    } else {
      const config = world.dice.roll(4) === 0 ? {} : world.draw();
      world.live = world.apply(manager, config, true);
      configs.set(manager, config);
      const { modified } = compareValues(config, contentOf(world.live), world.type);
      const wrong = intersectFieldSets(modified, toFieldSet(config, world.type));
      if (wrong.size > 0) return `step ${step}: not as applied: ${print(wrong)}`;
    }
    const there = pathsOf(contentOf(world.live), world.type);
    for (const { manager: who, fields } of decodeManagedFields(world.live.metadata.managedFields).values()) {
      const missing = subtractFieldSet(fields, there);
      if (missing.size > 0) return `step ${step}: ${who} owns what is not there: ${print(missing)}`;
    }
  }
  return undefined;
});
