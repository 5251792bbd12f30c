import { isJSONObject, type JSONObject } from '../../../../apimachinery/runtime/json.ts';
import { type GroupVersion, toAPIPath } from '../../../../apimachinery/schema/group-version.ts';
import { objectAt, parseReference, visitReferences } from './references.ts';

/** What another server says of one group/version in OpenAPI v2: its paths, and all that these need. */
export interface OpenAPIV2Source {
  readonly paths: JSONObject;
  readonly definitions: JSONObject;
  readonly parameters: JSONObject;
}

export const gvkMember = 'x-kubernetes-group-version-kind';

/**
 * The share of one group/version in the v2 document of another server. Everything outside of it is left out: a service speaks for
 * itself alone, whatever it says of other groups.
 */
export function filterOpenAPIV2(document: JSONObject, gv: GroupVersion): OpenAPIV2Source {
  const prefix = `${toAPIPath(gv)}/`;
  const responses = objectAt(document, 'responses');
  const kept = Object.entries(objectAt(document, 'paths')).filter(([path]) => path.startsWith(prefix));
  const paths = Object.fromEntries(kept.map(([path, item]) => [path, inlineResponses(item, responses)]));
  const known = { definitions: objectAt(document, 'definitions'), parameters: objectAt(document, 'parameters') };
  const reached = { definitions: new Set<string>(), parameters: new Set<string>() };
  const reach = (value: unknown): void => visitReferences(value, onReference);
  const onReference = (reference: string): void => {
    const [section, name = ''] = parseReference(reference) ?? [];
    if ((section !== 'definitions' && section !== 'parameters') || reached[section].has(name)) return;
    reached[section].add(name);
    reach(known[section][name]);
  };
  reach(paths);
  for (const [name, definition] of Object.entries(known.definitions)) {
    if (ownKinds(definition, gv).length === 0) continue;
    reached.definitions.add(name);
    reach(definition);
  }
  const pick = (section: 'definitions' | 'parameters'): JSONObject =>
    Object.fromEntries(Object.entries(known[section]).filter(([name]) => reached[section].has(name)));
  const definitions = Object.entries(pick('definitions')).map(([name, each]) => [name, withOwnKinds(each, gv)]);
  return { paths, definitions: Object.fromEntries(definitions), parameters: pick('parameters') };
}

function ownKinds(definition: unknown, { group, version }: GroupVersion): JSONObject[] {
  const kinds = isJSONObject(definition) ? definition[gvkMember] : undefined;
  if (!Array.isArray(kinds)) return [];
  return kinds.filter((each) => isJSONObject(each) && (each['group'] ?? '') === group && each['version'] === version);
}

/** Clients find a kind's definition by this member: no service can put itself in the place of another. */
function withOwnKinds(definition: unknown, gv: GroupVersion): unknown {
  if (!isJSONObject(definition) || definition[gvkMember] === undefined) return definition;
  const { [gvkMember]: _all, ...rest } = definition;
  const kinds = ownKinds(definition, gv);
  return kinds.length === 0 ? rest : { ...rest, [gvkMember]: kinds };
}

/** Answers that a document lists once: few servers have them, so they need no place in the merged one. */
function inlineResponses(item: unknown, responses: JSONObject): unknown {
  if (!isJSONObject(item) || Object.keys(responses).length === 0) return item;
  const inline = (operation: unknown): unknown => {
    if (!isJSONObject(operation) || !isJSONObject(operation['responses'])) return operation;
    const answers = Object.entries(operation['responses']).map(([code, answer]) => {
      const reference = isJSONObject(answer) ? answer['$ref'] : undefined;
      const [, name = ''] = (typeof reference === 'string' && parseReference(reference)) || [];
      return [code, responses[name] ?? answer];
    });
    return { ...operation, responses: Object.fromEntries(answers) };
  };
  return Object.fromEntries(Object.entries(item).map(([method, operation]) => [method, inline(operation)]));
}
