import type { Kubeconfig } from './types.ts';

/** The values that a kubeconfig consists of. */
type Node = string | readonly Node[] | { readonly [key: string]: Node };

/**
 * A kubeconfig as block YAML, always the same text for the same value. Written here and not by a YAML library: the shape is fixed,
 * keys need no quotes, and each value is a JSON string, which is YAML too.
 */
export function toKubeconfigYAML(config: Kubeconfig): string {
  // interfaces have no index signature; the type consists of nothing but strings, lists and objects
  return `${toLines(config as unknown as Node).join('\n')}\n`;
}

function toLines(node: Node): readonly string[] {
  if (typeof node === 'string') return [quote(node)];
  if (isList(node))
    return node.flatMap((item) => toLines(item).map((line, index) => `${index === 0 ? '- ' : '  '}${line}`));
  return Object.entries(node).flatMap(([key, value]) => {
    if (typeof value === 'string') return [`${key}: ${quote(value)}`];
    return [`${key}:`, ...toLines(value).map((line) => (isList(value) ? line : `  ${line}`))];
  });
}

function isList(node: Node): node is readonly Node[] {
  return Array.isArray(node);
}

/** JSON leaves some characters as they are that YAML does not allow or takes for line ends. */
function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
