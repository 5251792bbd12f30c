import type { BackendAddress, ResolvedService } from './resolver/interface.ts';
import type { CAFile } from './resolver/ca-file.ts';
import type { Followers, Following } from './resolver/followers.ts';
import { CABundleError, type TrustedPlace } from './transport-settings.ts';

/** What services share of the world outside. */
export interface World {
  /** Addresses by the name of a host, where it has more than one. */
  readonly hosts: Followers<readonly string[]>;
  /** By path. */
  readonly caFiles: Followers<CAFile>;
}

/** A CA file was not read yet. */
export class CAFilePending extends Error {
  constructor(path: string) {
    super(`${path} is being read`);
    this.name = 'CAFilePending';
  }
}

/** Follows the files and names that the place of one service hangs on. */
export class PlaceFollower {
  readonly #world: World;
  readonly #onChange: () => void;
  #files: ReadonlyMap<string, Following<CAFile>> = new Map();
  #names: ReadonlyMap<string, Following<readonly string[]>> = new Map();

  constructor(world: World, onChange: () => void) {
    this.#world = world;
    this.#onChange = onChange;
  }

  /**
   * Adds what is known of the files and names of a place, and follows no others from here on. Throws `CAFilePending`, or a
   * `CABundleError` when there is nothing usable in the file.
   */
  complete(resolved: ResolvedService): TrustedPlace {
    const { addresses, place } = resolved;
    const { caFile, socketPath } = place ?? {};
    const names = socketPath === undefined ? addresses.map(({ host }) => host) : [];
    this.#names = this.#renew(this.#world.hosts, this.#names, names);
    this.#files = this.#renew(this.#world.caFiles, this.#files, caFile === undefined ? [] : [caFile]);
    const ca = this.#readCA(caFile);
    return {
      ...resolved,
      addresses: addresses.flatMap((address) => this.#expand(address)),
      ...(ca !== undefined && { ca }),
    };
  }

  /** Follows nothing any more. */
  release(): void {
    for (const each of [...this.#files.values(), ...this.#names.values()]) each.release();
    this.#files = new Map();
    this.#names = new Map();
  }

  #renew<T>(
    followers: Followers<T>,
    before: ReadonlyMap<string, Following<T>>,
    keys: readonly string[],
  ): ReadonlyMap<string, Following<T>> {
    const after = new Map<string, Following<T>>();
    for (const key of keys) {
      if (!after.has(key)) after.set(key, before.get(key) ?? followers.follow(key, this.#onChange));
    }
    for (const [key, each] of before) if (!after.has(key)) each.release();
    return after;
  }

  #expand(address: BackendAddress): readonly BackendAddress[] {
    const ips = this.#names.get(address.host)?.value ?? [];
    return ips.length === 0 ? [address] : ips.map((ip) => ({ ...address, ip }));
  }

  #readCA(path: string | undefined): string | undefined {
    if (path === undefined) return undefined;
    const file = this.#files.get(path)?.value;
    if (file === undefined) throw new CAFilePending(path);
    if ('problem' in file) throw new CABundleError(file.problem, 'annotation');
    return file.pem;
  }
}
