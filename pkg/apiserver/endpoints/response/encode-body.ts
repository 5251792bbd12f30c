import { encodeJSON } from '../../../apimachinery/runtime/encode-json.ts';
import type { MediaType } from '../../../apimachinery/runtime/media-type.ts';
import { toYAML } from '../../../apimachinery/yaml/to-yaml.ts';

/** How a body is written. */
export interface BodyEncoding {
  readonly mediaType: MediaType;
  /** JSON only: indented, without a newline at the end. */
  readonly pretty: boolean;
}

/** Encodes a JSON value as a body. */
export async function encodeBody(value: unknown, { mediaType, pretty }: BodyEncoding): Promise<string> {
  return mediaType === 'application/yaml' ? toYAML(value) : encodeJSON(value, pretty);
}
