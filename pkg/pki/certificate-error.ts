/** What can be wrong with a certificate, a key or their files, as codes that callers may rely on. */
export type CertificateErrorCode =
  /** A file of the pair does not exist. */
  | 'Missing'
  /** A file exists and cannot be read. */
  | 'Unreadable'
  /** The content is not what it should be: no PEM, no certificate, no private key. */
  | 'Corrupt'
  /** The private key does not belong to the certificate. */
  | 'Mismatch'
  /** The certificate has expired. */
  | 'Expired'
  /** The certificate becomes valid later; more often a clock is wrong. */
  | 'NotYetValid'
  /** The certificate must not issue others. */
  | 'NotAuthority'
  /** The key is of a kind that this package does not sign with. */
  | 'UnsupportedKey'
  /** A host name, service name or namespace cannot be used. */
  | 'InvalidName';

/** Failure to read, check or issue a certificate; the message says which file and what to do. */
export class CertificateError extends Error {
  readonly code: CertificateErrorCode;
  /** The files that the failure is about, empty when it is about no file. */
  readonly files: readonly string[];

  constructor(
    code: CertificateErrorCode,
    message: string,
    options: { readonly files?: readonly string[]; readonly cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'CertificateError';
    this.code = code;
    this.files = options.files ?? [];
  }
}

/** Tells whether an error is a `CertificateError`, with this code when one is given. */
export function isCertificateError(error: unknown, code?: CertificateErrorCode): error is CertificateError {
  return error instanceof CertificateError && (code === undefined || error.code === code);
}
