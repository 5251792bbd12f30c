import type { MeasuredQueue } from '../client/workqueue/workqueue-metrics.ts';
import { toRFC3339 } from '../apimachinery/time/rfc3339.ts';
import { newProber } from './availability/prober.ts';
import { newRunningTime } from './availability/running-time.ts';
import { newSlots, type SlotsOptions } from './availability/slots.ts';
import { newStatusWriter } from './availability/status-writer.ts';
import { newTraffic } from './availability/traffic.ts';
import { newBackendRegistry } from './backends.ts';
import { describeSnapshot } from './describe.ts';
import { newDocuments } from './documents/documents.ts';
import type { Aggregator, AggregatorOptions } from './interface.ts';
import { toAddress } from './proxy/authority.ts';
import type { Transport } from './proxy/interface.ts';
import type { World } from './place-follower.ts';
import { newFollowCAFile } from './resolver/ca-file.ts';
import { newFollowers } from './resolver/followers.ts';
import { newFollowHost } from './resolver/host-records.ts';
import { newRegistrationController } from './registration-controller.ts';
import { newSnapshotTable } from './snapshot-table.ts';
import type { SnapshotChange } from './snapshot.ts';

/** Handshakes of this number keep a processor busy for a moment, and no longer than a backend nearby needs for its answer. */
const probeSlots: SlotsOptions = { count: 32, yieldMs: 50 };

/** Joins the controllers around one table of snapshots. Nothing happens before `run`. */
export function newAggregator(options: AggregatorOptions): Aggregator {
  const { apiServices, resolver, isLocal = () => false, clock, logger, random = Math.random } = options;
  let { credentials } = options;
  let synced = false;
  const table = newSnapshotTable(logger);
  const running = newRunningTime(clock);
  const slots = newSlots(probeSlots, running);
  const reconnects = new Set<(transport: Transport) => void>();
  const backends = newBackendRegistry({
    newTransport: options.newTransport,
    newProber: (transport, traffic) =>
      newProber(transport, {
        clock,
        random,
        running,
        slots,
        traffic,
        observer: options.observer,
        onReconnect: () => reconnects.forEach((listener) => listener(transport)),
      }),
    newTraffic: () => newTraffic(clock),
  });
  const world: World = {
    hosts: newFollowers(options.lookupHost === undefined ? followNothing : newFollowHost(options.lookupHost, clock)),
    caFiles: newFollowers(newFollowCAFile({ clock, logger })),
  };
  const registration = newRegistrationController({
    world,
    table,
    backends,
    resolver,
    isLocal,
    credentials: () => credentials,
    now: () => toRFC3339(clock.now()),
    logger,
  });
  const queues: MeasuredQueue[] = [];
  const documents = newDocuments({
    ...options,
    table,
    random,
    running,
    stores: options.documentStores,
    onQueue: (queue) => void queues.push(queue),
    onReconnect(listener) {
      reconnects.add(listener);
      return () => void reconnects.delete(listener);
    },
    onDiscovered: (name) => statusWriter.discovered(name),
  });
  const statusWriter = newStatusWriter({
    table,
    updateStatus: options.updateStatus,
    isDiscovered: (name) => documents.isDiscovered(name),
    clock,
    logger,
  });
  queues.push(statusWriter.queue);

  /** Follows the APIServices, once the places that they name are known: none must look missing that only is late. */
  const follow = async (signal: AbortSignal): Promise<readonly (() => void)[]> => {
    await Promise.all([resolver.waitForSync(signal), documents.load()]);
    return [
      resolver.subscribe((serviceKey) => registration.refreshService(serviceKey)),
      apiServices.addEventHandler(registration.apiServiceEvents),
      apiServices.addEventHandler({ update: (_, current) => statusWriter.checkStored(current) }),
    ];
  };
  return {
    lookup: (gv) => table.lookup(gv),
    list: () => table.list(),
    subscribe: (listener) => table.subscribe(listener),
    reportOutcome({ transport, outcome, trial }) {
      const backend = backends.find(transport);
      backend?.traffic.observe({ outcome, address: toAddress(transport.settings) }, trial);
      if (outcome.failure !== undefined) backend?.prober.reportFailure(outcome.failure);
    },
    setCredentials(next) {
      credentials = next;
      registration.refreshAll();
    },
    hasSynced: () => synced && apiServices.hasSynced(),
    queues: () => queues,
    describe: () =>
      table
        .list()
        .map((snapshot) => describeSnapshot(snapshot, documents.describe(snapshot.name)))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    async run(signal) {
      const unsubscribe = table.subscribe((change) => logChange(logger, change));
      const work = [statusWriter.run(signal), documents.run(signal)];
      const unfollow = await follow(signal).catch(() => []);
      synced = !signal.aborted;
      apiServices.waitForSync(signal).then(
        () => documents.synced(),
        () => undefined,
      );
      await Promise.all(work);
      for (const end of unfollow) end();
      unsubscribe();
      world.hosts.close();
      world.caFiles.close();
      // Requests have been drained before the signal; what still runs will not end by itself.
      await backends.destroy();
    },
  };
}

async function followNothing(): Promise<void> {}

function logChange(logger: AggregatorOptions['logger'], { name, previous, current }: SnapshotChange): void {
  if (current === undefined) return logger.info('APIService removed', { apiService: name });
  // What is served here is there whenever the log is.
  if (current.service === undefined && previous?.service === undefined) return;
  const { status, reason, message } = current.availability;
  const known = previous?.availability;
  const state = current.health?.state ?? '';
  if (
    status === 'Unknown' ||
    (status === known?.status && reason === known.reason && state === previous?.health?.state)
  )
    return;
  logger.info('APIService availability changed', {
    apiService: name,
    addresses: current.addresses,
    health: state,
    status,
    reason,
    message,
  });
}
