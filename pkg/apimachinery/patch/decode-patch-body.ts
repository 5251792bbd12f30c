import { newBadRequest } from '../errors/constructors.ts';
import { decodeJSON, type DecodeJSONOptions, JSONSyntaxError } from '../runtime/decode-json.ts';
import { toGoQuoted } from '../validation/go-string.ts';

/** A decoded patch body, whatever it is. */
export interface DecodedPatchBody {
  readonly value: unknown;
  /** Texts about members that appear twice, such as `duplicate field "spec.foo"`. */
  readonly faults: readonly string[];
}

/** Decodes the body of a JSON or merge patch. Throws a 400 `StatusError` for what is not JSON. */
export function decodePatchBody(body: Uint8Array, options: DecodeJSONOptions): DecodedPatchBody {
  try {
    const { value, duplicates } = decodeJSON(body, options);
    return { value, faults: duplicates.map((path) => `duplicate field ${toGoQuoted(path)}`) };
  } catch (error) {
    if (error instanceof JSONSyntaxError) throw newBadRequest('invalid JSON patch', error);
    throw error;
  }
}
