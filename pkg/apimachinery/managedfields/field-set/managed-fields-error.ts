/** `managedFields` that mean nothing. The message tells why. */
export class ManagedFieldsError extends Error {
  override readonly name = 'ManagedFieldsError';
}
