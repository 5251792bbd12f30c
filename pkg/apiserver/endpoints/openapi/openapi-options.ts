/** The media type that not every kind has. */
export const protobufMediaType = 'application/vnd.kubernetes.protobuf';

/** Title and version that every document starts with. */
export interface OpenAPIInfo {
  readonly title: string;
  /** Version of the API that the server implements, such as `1.36`. */
  readonly version: string;
}

/** What the server implements, as far as its OpenAPI documents tell of it. */
export interface OpenAPIOptions {
  readonly info: OpenAPIInfo;
  /**
   * Content types of PATCH. kubectl sends a strategic merge patch or an apply patch to a server that lists it, so only
   * what is implemented may stand here. Default: all of upstream's.
   */
  readonly patchTypes?: readonly string[];
  /** Media types of answers. Default: JSON, YAML, and protobuf, which is left out for kinds that have none. */
  readonly mediaTypes?: readonly string[];
  /** Query parameters of upstream that the server does not know. Default: `shardSelector`, an alpha feature upstream. */
  readonly omittedParameters?: readonly string[];
}

/** Options with every default filled in. */
export type CompletedOpenAPIOptions = Required<OpenAPIOptions>;

/** Fills in the defaults. */
export function completeOpenAPIOptions(options: OpenAPIOptions): CompletedOpenAPIOptions {
  return {
    patchTypes: [
      'application/json-patch+json',
      'application/merge-patch+json',
      'application/strategic-merge-patch+json',
      'application/apply-patch+yaml',
    ],
    mediaTypes: ['application/json', 'application/yaml', protobufMediaType],
    omittedParameters: ['shardSelector'],
    ...options,
  };
}
