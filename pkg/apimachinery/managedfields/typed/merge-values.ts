import { isJSONObject, type JSONObject, setMember, getMember } from '../../runtime/json.ts';
import { type FieldType, type MapType, memberType, shapeOf } from './field-type.ts';
import { mergeLists } from './merge-lists.ts';

/**
 * What is stored, overlaid with what is applied: maps are joined by member, associative lists by keys, all else is taken from
 * `config` where it says something. The result shares parts with both; `undefined` is an absent value.
 */
export function mergeValues(live: unknown, config: unknown, type: FieldType): unknown {
  if (config === undefined || live === config) return live;
  if (live === undefined) return config;
  const shape = shapeOf(type, config);
  const container = shape === 'scalar' ? undefined : type[shape];
  if (container === undefined || container.relationship === 'atomic') return config;
  if ('keys' in container) {
    const items = Array.isArray(live) ? live : [];
    const wanted = Array.isArray(config) ? config : [];
    // Between two empty lists, null or not, the config decides which it is.
    if (items.length + wanted.length === 0) return config;
    const mergeItem = (item: unknown, want: unknown): unknown => mergeValues(item, want, container.element);
    return mergeLists({ list: container, live: items, config: wanted, mergeItem });
  }
  const members = isJSONObject(live) ? live : {};
  const wanted = isJSONObject(config) ? config : {};
  if (Object.keys(members).length + Object.keys(wanted).length === 0) return config;
  return mergeMaps(container, members, wanted);
}

function mergeMaps(map: MapType, live: JSONObject, config: JSONObject): JSONObject {
  const result: JSONObject = { ...live };
  for (const [name, wanted] of Object.entries(config)) {
    const type = memberType(map, name);
    if (type !== undefined) setMember(result, name, mergeValues(getMember(live, name), wanted, type));
  }
  return result;
}
