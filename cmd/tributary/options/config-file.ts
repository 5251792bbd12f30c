import { readFile } from 'node:fs/promises';
import {
  type GatewayConfiguration,
  gatewayConfigurationSchema,
} from '../../../apis/config/v1alpha1/gateway-configuration.ts';
import { isJSONObject } from '../../../pkg/apimachinery/runtime/json.ts';
import { toCauseMessage } from '../../../pkg/apimachinery/validation/field-error.ts';
import { newStructuralValidator } from '../../../pkg/apimachinery/validation/structural.ts';
import { parseYAMLWithLines, type YAMLWithLines } from '../../../pkg/apimachinery/yaml/with-lines.ts';
import { UsageError } from '../usage-error.ts';

/** What the file sets, without its `apiVersion` and `kind`. */
export type ConfigFileValues = Omit<GatewayConfiguration, 'apiVersion' | 'kind'>;

/** Reads a configuration file. Throws a `UsageError` that names the file, the line and the key of the first fault. */
export async function readConfigFile(path: string): Promise<ConfigFileValues> {
  const text = await readText(path);
  const parsed = await parse(text, path);
  const value = parsed.value ?? {};
  if (!isJSONObject(value)) throw new UsageError(`${path}: the configuration must be a mapping of keys to values`);
  checkKeys(value, parsed, path);
  await checkValues(value, parsed, path);
  const { apiVersion: _, kind: __, ...values } = value as GatewayConfiguration;
  return values;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`--config ${path} cannot be read: ${(error as Error).message}`, error);
  }
}

async function parse(text: string, path: string): Promise<YAMLWithLines> {
  try {
    return await parseYAMLWithLines(text);
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}`, error);
  }
}

function checkKeys(value: object, parsed: YAMLWithLines, path: string): void {
  const known = Object.keys(gatewayConfigurationSchema.properties);
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const similar = known.find((each) => toComparable(each) === toComparable(key));
    const hint = similar === undefined ? `known keys are ${known.join(', ')}` : `did you mean ${similar}?`;
    throw new UsageError(`${path}:${parsed.lineOf([key])}: unknown key ${JSON.stringify(key)}; ${hint}`);
  }
}

/** Keys that differ only in the way they join words are meant alike: `bind-address`, `bind_address`, `bindAddress`. */
function toComparable(key: string): string {
  return key.replaceAll(/[-_]/g, '').toLowerCase();
}

async function checkValues(value: object, parsed: YAMLWithLines, path: string): Promise<void> {
  const [fault] = await newStructuralValidator().validate(value, gatewayConfigurationSchema);
  if (fault === undefined) return;
  const key = fault.field.split(/[.[]/)[0] ?? '';
  throw new UsageError(`${path}:${parsed.lineOf([key])}: ${fault.field}: ${toCauseMessage(fault)}`);
}
