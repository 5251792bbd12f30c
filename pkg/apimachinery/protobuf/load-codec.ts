import type * as codecModule from './codec.ts';

/** What writes and reads bodies in protobuf. */
export type ProtobufCodec = typeof codecModule;

/** Loads the codec by the first call: its package costs ten milliseconds of a start, and many never need it. */
export const loadCodec: () => Promise<ProtobufCodec> = newLoader();

// Asking the module system each time would cost more than to encode an object.
function newLoader(): () => Promise<ProtobufCodec> {
  let codec: Promise<ProtobufCodec> | undefined;
  return () => (codec ??= import('./codec.ts'));
}
