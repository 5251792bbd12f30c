/** A value that does not fit its type. The message is upstream's. */
export class TypedValueError extends Error {
  override readonly name = 'TypedValueError';
}
