import { type GroupVersion, toAPIPath } from '../../apimachinery/schema/group-version.ts';
import type { KindDefinition } from '../../apimachinery/schema/kind-definition.ts';
import type { PreparedDocument } from '../endpoints/discovery/prepared-document.ts';
import { newLocalOpenAPIV2, toLocalOpenAPIV3Sources } from '../endpoints/openapi/local-openapi.ts';
import type { OpenAPIV2Document, OpenAPIV3Documents } from '../endpoints/openapi/openapi-documents.ts';
import type { OpenAPIInfo, OpenAPIOptions } from '../endpoints/openapi/openapi-options.ts';
import { newOpenAPIV3Documents, type OpenAPIV3Source } from '../endpoints/openapi/openapi-v3-documents.ts';

/** The OpenAPI documents of a server: of its own kinds, and those of others that it passes on. Built when first asked for. */
export class OpenAPIRegistry {
  readonly #options: OpenAPIOptions;
  readonly #kinds = new Map<string, readonly KindDefinition[]>();
  readonly #foreign = new Map<string, PreparedDocument>();
  #own: readonly OpenAPIV3Source[] | undefined;
  #v2: OpenAPIV2Document | undefined;
  #v3: OpenAPIV3Documents | undefined;

  constructor(info: OpenAPIInfo) {
    this.#options = { info };
  }

  /** Sets the kinds that this server serves in a group/version. */
  setKinds(gv: GroupVersion, kinds: readonly KindDefinition[]): void {
    this.#kinds.set(toKey(gv), kinds);
    this.#own = undefined;
    this.#v2 = undefined;
    this.#v3 = undefined;
  }

  /** Sets the v3 document of a group/version that another server serves; it is passed on byte for byte. */
  setDocument(gv: GroupVersion, document: PreparedDocument): void {
    this.#foreign.set(toKey(gv), document);
    this.#v3 = undefined;
  }

  /** Takes away what `setDocument` set. */
  deleteDocument(gv: GroupVersion): void {
    if (this.#foreign.delete(toKey(gv))) this.#v3 = undefined;
  }

  /** The v2 document of this server's own kinds. */
  v2(): OpenAPIV2Document {
    return (this.#v2 ??= newLocalOpenAPIV2([...this.#kinds.values()].flat(), this.#options));
  }

  /** All v3 documents; the server's own stand before those of others. */
  v3(): OpenAPIV3Documents {
    this.#own ??= toLocalOpenAPIV3Sources([...this.#kinds.values()].flat(), this.#options);
    return (this.#v3 ??= newOpenAPIV3Documents([...this.#own, ...this.#foreign]));
  }
}

function toKey(gv: GroupVersion): string {
  return toAPIPath(gv).slice(1);
}
