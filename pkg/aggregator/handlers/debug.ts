import { createHash } from 'node:crypto';
import { newMethodNotAllowed } from '../../apimachinery/errors/constructors.ts';
import { toRFC3339 } from '../../apimachinery/time/rfc3339.ts';
import { respond } from '../../apiserver/endpoints/response/respond.ts';
import type { RequestContext } from '../../apiserver/request-context.ts';
import type { Delegate } from '../../apiserver/server/api-server.ts';
import type { MeasuredQueue } from '../../client/workqueue/workqueue-metrics.ts';
import type { Clock } from '../../component/id/clock.ts';
import type { Aggregator } from '../interface.ts';
import type { SeenCertificates } from '../metrics/certificate-metrics.ts';
import { toAddress } from '../proxy/authority.ts';
import type { Transport } from '../proxy/interface.ts';

/** What the debugging page is made of. */
export interface DebugOptions {
  readonly aggregator: Pick<Aggregator, 'list' | 'describe'>;
  readonly queues: () => readonly MeasuredQueue[];
  readonly certificates: () => Iterable<SeenCertificates>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Where it is; whoever wants to see it needs `get` on it as a nonResourceURL. */
export const debugPath = '/debug/aggregator';

/**
 * Answers `/debug/aggregator` with what the aggregator goes by at this moment, as JSON. Keys, certificates and bundles are left out or
 * named by their digest.
 */
export function newDebugDelegate(options: DebugOptions): Delegate {
  return (context) => {
    if (context.path !== debugPath) return undefined;
    return () => answer(context, options);
  };
}

function answer(context: RequestContext, { aggregator, queues, certificates, clock }: DebugOptions): void {
  const { method } = context;
  if (method !== 'GET' && method !== 'HEAD') throw newMethodNotAllowed();
  const described = new Map(aggregator.describe().map((each) => [each.name, each]));
  const page = {
    time: toRFC3339(clock.now()),
    apiServices: aggregator
      .list()
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, group, version, groupPriorityMinimum, versionPriority, service, transports }) => ({
        ...described.get(name),
        name,
        group,
        version,
        groupPriorityMinimum,
        versionPriority,
        ...(service === undefined ? {} : { service }),
        transports: transports.map(describeTransport),
      })),
    queues: Object.fromEntries(queues().map((queue) => [queue.name, describeQueue(queue)])),
    certificates: [...certificates()].map(({ use, of, notAfter }) => ({ use, of, notAfter: toRFC3339(notAfter) })),
  };
  respond(context, { status: 200, contentType: 'application/json', body: `${JSON.stringify(page, null, 2)}\n` });
}

/** Field by field, so that nothing that is added to the settings gets here unseen. */
function describeTransport({ settings, connections }: Transport): object {
  const { serverNames, ca, insecureSkipTLSVerify, clientCertificate } = settings;
  return {
    address: toAddress(settings),
    connections,
    serverNames,
    insecureSkipTLSVerify,
    caDigest: digestOf(ca),
    ...(clientCertificate === undefined ? {} : { clientCertificateDigest: digestOf(clientCertificate.cert) }),
  };
}

function digestOf(pem: string): string {
  return `sha256:${createHash('sha256').update(pem).digest('hex')}`;
}

function describeQueue(queue: MeasuredQueue): object {
  const { depth, processing, delayed, adds, retries, dones, longestRunningSeconds } = queue.stats();
  return { depth, processing, delayed, adds, retries, dones, longestRunningSeconds };
}
