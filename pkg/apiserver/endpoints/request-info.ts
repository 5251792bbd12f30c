/** What a request is about, parsed from its method and path (Go: `request.RequestInfo`). */
export interface RequestInfo {
  readonly isResourceRequest: boolean;
  readonly path: string;
  /** API verb for resource requests, lower-case HTTP method for others. */
  readonly verb: string;
  /** `api`, `apis` or empty. */
  readonly apiPrefix: string;
  readonly apiGroup: string;
  readonly apiVersion: string;
  readonly namespace: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  readonly parts: readonly string[];
  /** Raw selectors of list, watch and deletecollection. */
  readonly fieldSelector: string;
  readonly labelSelector: string;
}
