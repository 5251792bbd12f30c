import { setImmediate as nextTurn } from 'node:timers/promises';
import { type GroupVersion, toAPIPath } from '../../apimachinery/schema/group-version.ts';
import type { KindDefinition } from '../../apimachinery/schema/kind-definition.ts';
import type { PreparedDocument } from '../endpoints/discovery/prepared-document.ts';
import { MergedOpenAPIV2 } from '../endpoints/openapi/foreign/merged-openapi-v2.ts';
import type { OpenAPIV2Part } from '../endpoints/openapi/foreign/openapi-v2-part.ts';
import { newLocalOpenAPIV2, toLocalOpenAPIV3Sources } from '../endpoints/openapi/local-openapi.ts';
import { once } from '../endpoints/openapi/once.ts';
import type { OpenAPIV2Document, OpenAPIV3Documents } from '../endpoints/openapi/openapi-documents.ts';
import type { OpenAPIInfo, OpenAPIOptions } from '../endpoints/openapi/openapi-options.ts';
import { buildOpenAPIV2 } from '../endpoints/openapi/openapi-v2.ts';
import { newOpenAPIV3Documents, type OpenAPIV3Source } from '../endpoints/openapi/openapi-v3-documents.ts';

/** The OpenAPI documents of a server: of its own kinds, and those of others that it passes on. Built when first asked for. */
export class OpenAPIRegistry {
  readonly #options: OpenAPIOptions;
  readonly #kinds = new Map<string, readonly KindDefinition[]>();
  readonly #foreign = new Map<string, PreparedDocument>();
  /** Shares of other servers in the v2 document. */
  readonly #parts = new Map<string, () => OpenAPIV2Part>();
  /** Shares that the merged document does not know of yet. */
  readonly #changedParts = new Set<string>();
  #own: readonly OpenAPIV3Source[] | undefined;
  #ownV2: OpenAPIV2Document | undefined;
  #merged: MergedOpenAPIV2 | undefined;
  #v3: OpenAPIV3Documents | undefined;

  constructor(info: OpenAPIInfo) {
    this.#options = { info };
  }

  /** Sets the kinds that this server serves in a group/version. */
  setKinds(gv: GroupVersion, kinds: readonly KindDefinition[]): void {
    this.#kinds.set(toKey(gv), kinds);
    this.#own = undefined;
    this.#ownV2 = undefined;
    this.#merged = undefined;
    this.#v3 = undefined;
  }

  /**
   * Sets the documents of a group/version that another server serves: v3 is passed on byte for byte, v2 is merged with that of all
   * others when it is first asked for.
   */
  setDocument(gv: GroupVersion, document: PreparedDocument, v2?: () => OpenAPIV2Part): void {
    const key = toKey(gv);
    if (this.#foreign.get(key)?.hash !== document.hash) {
      this.#foreign.set(key, document);
      this.#v3 = undefined;
    }
    if (v2 === undefined) this.#parts.delete(key);
    else this.#parts.set(key, v2);
    this.#changedParts.add(key);
  }

  /** Takes away what `setDocument` set. */
  deleteDocument(gv: GroupVersion): void {
    const key = toKey(gv);
    if (this.#foreign.delete(key)) this.#v3 = undefined;
    if (this.#parts.delete(key)) this.#changedParts.add(key);
  }

  /** The v2 document of this server's own kinds, and of those of others. */
  v2(): OpenAPIV2Document {
    if (this.#parts.size === 0) return (this.#ownV2 ??= newLocalOpenAPIV2(this.#allKinds(), this.#options));
    return this.#merge().document();
  }

  /** The same, written in turn with everything else: what hundreds of servers say takes seconds to write. */
  async whenV2(): Promise<OpenAPIV2Document> {
    for (const key of this.#changedParts) {
      this.#parts.get(key)?.();
      await nextTurn();
    }
    if (this.#parts.size > 0) await this.#merge().prepare();
    return this.v2();
  }

  #allKinds(): KindDefinition[] {
    return [...this.#kinds.values()].flat();
  }

  #merge(): MergedOpenAPIV2 {
    const fresh = this.#merged === undefined;
    const merged = (this.#merged ??= new MergedOpenAPIV2(buildOpenAPIV2(this.#allKinds(), this.#options)));
    for (const key of fresh ? this.#parts.keys() : this.#changedParts) {
      // What this server serves by itself, nobody else describes.
      const part = this.#kinds.has(key) ? undefined : this.#parts.get(key);
      if (part === undefined) merged.delete(key);
      else merged.set(key, part());
    }
    this.#changedParts.clear();
    return merged;
  }

  /** All v3 documents; the server's own stand before those of others. */
  v3(): OpenAPIV3Documents {
    this.#own ??= toLocalOpenAPIV3Sources([...this.#kinds.values()].flat(), this.#options).map(keepOnce);
    return (this.#v3 ??= newOpenAPIV3Documents([...this.#own, ...this.#foreign]));
  }
}

/** Each change of somebody else's document makes another index, and none of our own documents anew. */
function keepOnce([key, document]: OpenAPIV3Source): OpenAPIV3Source {
  return [key, typeof document === 'function' ? once(document) : document];
}

function toKey(gv: GroupVersion): string {
  return toAPIPath(gv).slice(1);
}
