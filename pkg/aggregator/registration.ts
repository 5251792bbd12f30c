import { localCondition } from '../../apis/apiregistration/v1/api-service-conditions.ts';
import type { APIService } from '../../apis/apiregistration/v1/api-service-schema.ts';
import { specOf } from '../../apis/apiregistration/v1/api-service-spec.ts';
import { toAPIPath } from '../apimachinery/schema/group-version.ts';
import type { Logger } from '../component/logs/logger.ts';
import { type Finding, notProbed, toAvailability, toFailed, toFinding } from './availability/availability.ts';
import { chooseLastResorts, chooseUsable, type Health, toServiceState } from './availability/health.ts';
import type { BackendRegistry } from './backends.ts';
import { HeldBackend } from './held-backend.ts';
import type { BackendCredentials } from './interface.ts';
import { toAddress } from './proxy/authority.ts';
import type { TransportSettings } from './proxy/interface.ts';
import { CAFilePending, PlaceFollower, type World } from './place-follower.ts';
import { ResolveError, type Resolver, type ServiceReference } from './resolver/interface.ts';
import { type IsLocal, isTakeover, toServiceReference } from './service-reference.ts';
import type { APIServiceSnapshot, Availability } from './snapshot.ts';
import type { SnapshotTable } from './snapshot-table.ts';
import { CABundleError, toSettingsKey, toTransportSettings } from './transport-settings.ts';

/** What registrations share. */
export interface RegistrationOptions {
  readonly table: SnapshotTable;
  readonly backends: BackendRegistry;
  readonly resolver: Resolver;
  readonly world: World;
  readonly isLocal: IsLocal;
  readonly credentials: () => BackendCredentials;
  /** RFC 3339. */
  readonly now: () => string;
  readonly logger: Logger;
}

/** One APIService: holds its backends, and swaps its snapshot whenever anything about it changes. */
export class Registration {
  readonly #options: RegistrationOptions;
  readonly #place: PlaceFollower;
  #object: APIService;
  #held: readonly HeldBackend[] = [];
  /** Why the service has no address. */
  #problem: Finding | undefined;
  /** What a person should know although the service was found, as parts of a sentence. */
  #notes: readonly string[] = [];

  constructor(object: APIService, options: RegistrationOptions) {
    this.#object = object;
    this.#options = options;
    this.#place = new PlaceFollower(options.world, () => this.refresh());
  }

  get name(): string {
    return this.#object.metadata.name ?? '';
  }

  /** Takes over a new state of the APIService, or has another look at a world that has changed around it. */
  refresh(object: APIService = this.#object): void {
    this.#object = object;
    const before = this.#held;
    this.#problem = undefined;
    try {
      this.#held = this.#acquire(this.#locate(), before);
    } catch (error) {
      // What works goes on until it is known what to put in its place.
      this.#held = error instanceof CAFilePending ? before : [];
      this.#problem = this.#held.length === 0 ? toProblem(error) : undefined;
    }
    this.#publish();
    // Not before the swap: requests start on the transports that the snapshot shows.
    letGo(before.filter((each) => !this.#held.includes(each)));
  }

  /** Ends it: the snapshot goes, then the backends that nobody else uses. */
  close(): void {
    this.#options.table.remove(this.name);
    letGo(this.#held);
    this.#held = [];
    this.#place.release();
  }

  #locate(): readonly TransportSettings[] {
    const { resolver, credentials, isLocal } = this.#options;
    const service = toServiceReference(this.#object, isLocal);
    if (service === undefined) {
      this.#notes = [];
      this.#place.release();
      return [];
    }
    const notes = isTakeover(this.#object, isLocal) ? [takeoverNote] : [];
    try {
      const resolved = resolver.resolve(service);
      if (resolved.note !== undefined) notes.push(resolved.note);
      return toTransportSettings(specOf(this.#object), this.#place.complete(resolved), credentials());
    } finally {
      this.#tell(notes);
    }
  }

  #tell(notes: readonly string[]): void {
    for (const note of notes) {
      if (!this.#notes.includes(note))
        this.#options.logger.warn('APIService needs attention', { apiService: this.name, note });
    }
    this.#notes = notes;
  }

  #acquire(settings: readonly TransportSettings[], before: readonly HeldBackend[]): readonly HeldBackend[] {
    const held: HeldBackend[] = [];
    try {
      for (const each of settings) {
        const key = toSettingsKey(each);
        held.push(before.find((known) => known.key === key) ?? this.#hold(key, each));
      }
      return held;
    } catch (error) {
      letGo(held.filter((each) => !before.includes(each)));
      throw error;
    }
  }

  #hold(key: string, settings: TransportSettings): HeldBackend {
    const { backends, now } = this.#options;
    const { group = '', version = '' } = specOf(this.#object);
    const path = toAPIPath({ group, version });
    return new HeldBackend({ key, lease: backends.acquire(settings), path, now, onChange: () => this.#publish() });
  }

  #publish(): void {
    const { table, now } = this.#options;
    const previous = table.get(this.name)?.availability;
    const finding = this.#find(previous);
    const availability =
      finding === previous ? previous : toAvailability(finding, { previous, object: this.#object, now: now() });
    const service = toServiceReference(this.#object, this.#options.isLocal);
    const health = service === undefined ? undefined : this.#judge();
    table.swap(toSnapshot({ object: this.#object, service, held: this.#held, availability, health }));
  }

  #judge(): Health {
    const state = toServiceState(this.#held.map((each) => each.state));
    const known = this.#options.table.get(this.name)?.health;
    const since = known?.state === state ? known.since : this.#options.now();
    return { state, since, addresses: this.#held.map((each) => each.health) };
  }

  #find(previous: Availability | undefined): Finding {
    if (toServiceReference(this.#object, this.#options.isLocal) === undefined) return local;
    const finding = this.#problem ?? annotate(toFinding(this.#held.map(({ service }) => service)), this.#notes);
    // What was available stays so while a new address or a new certificate is probed for the first time: nobody should notice.
    return finding.status === 'Unknown' && previous?.reason === 'Passed' ? previous : finding;
  }
}

const takeoverNote =
  'the gateway serves this group and version itself, and is not asked as long as spec.service is set';

function annotate(finding: Finding, notes: readonly string[]): Finding {
  if (notes.length === 0) return finding;
  return { ...finding, message: [finding.message.replace(/\.$/, ''), ...notes].join('; ') };
}

const local: Finding = { status: 'True', reason: localCondition.reason ?? '', message: localCondition.message ?? '' };

interface SnapshotFacts {
  readonly object: APIService;
  readonly service: ServiceReference | undefined;
  readonly held: readonly HeldBackend[];
  readonly availability: Availability;
  readonly health: Health | undefined;
}

function toSnapshot({ object, service, held, availability, health }: SnapshotFacts): APIServiceSnapshot {
  const { group = '', version = '', groupPriorityMinimum, versionPriority } = specOf(object);
  const usable = chooseUsable(held);
  const lastResorts = chooseLastResorts(held, usable);
  const trials = held.flatMap((each) => (each.trial === undefined || usable.includes(each) ? [] : [each.trial]));
  return {
    name: object.metadata.name ?? '',
    group,
    version,
    groupPriorityMinimum,
    versionPriority,
    service,
    addresses: held.map(({ transport }) => toAddress(transport.settings)),
    transports: usable.map(({ transport }) => transport),
    ...(lastResorts.length > 0 && { lastResorts: lastResorts.map(({ transport }) => transport) }),
    ...(trials.length > 0 && { trials }),
    availability,
    ...(health !== undefined && { health }),
  };
}

function toProblem(error: unknown): Finding {
  if (error instanceof ResolveError) return { status: 'False', reason: error.reason, message: error.message };
  if (error instanceof CAFilePending)
    return { ...notProbed, message: `the service has not been probed yet: ${error.message}` };
  if (error instanceof CABundleError) return toFailed(error.message);
  const why = error instanceof Error ? error.message : String(error);
  return toFailed(`no connection to the service can be set up: ${why}`);
}

function letGo(held: readonly HeldBackend[]): void {
  for (const each of held) each.release();
}
