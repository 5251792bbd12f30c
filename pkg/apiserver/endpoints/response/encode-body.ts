import { encodeJSON } from '../../../apimachinery/runtime/encode-json.ts';
import type { ProtobufMessage } from '../../../apimachinery/protobuf/message.ts';
import type { MediaType } from '../../../apimachinery/runtime/media-type.ts';
import { toYAML } from '../../../apimachinery/yaml/to-yaml.ts';
import { encodeProtobuf } from './protobuf-encoder.ts';

/** How a body is written. */
export interface BodyEncoding {
  readonly mediaType: MediaType;
  /** JSON only: indented, without a newline at the end. */
  readonly pretty: boolean;
}

/** Encodes a JSON value as a body. Rejects with a `TypeError` for protobuf without the `message` as which it is to be written. */
export async function encodeBody(
  value: object,
  { mediaType, pretty }: BodyEncoding,
  message?: ProtobufMessage,
): Promise<string | Buffer> {
  switch (mediaType) {
    case 'application/json':
      return encodeJSON(value, pretty);
    case 'application/yaml':
      return toYAML(value);
    case 'application/vnd.kubernetes.protobuf':
      if (message === undefined) throw new TypeError('this cannot be written as protobuf');
      return encodeProtobuf(value, message);
  }
}
