import type { Exchange, RecordedResponse } from './exchange.ts';
import { type Target, send } from './send.ts';

interface RecordedObject {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly [member: string]: unknown };
  readonly [member: string]: unknown;
}

const SET_BY_SERVER = new Set(['uid', 'resourceVersion', 'creationTimestamp', 'managedFields', 'generation']);

/**
 * Where a write came out otherwise than recorded, does by simpler means what it should have done, so that one difference does not
 * make all later exchanges differ. Answers with the body of that, if there was any.
 */
export async function catchUp(
  target: Target,
  { request, response }: Exchange,
  actual: RecordedResponse,
): Promise<unknown> {
  const [theirs, ours] = [isSuccess(response), isSuccess(actual)];
  if (theirs === ours || request.method === 'GET' || /[?&]dryRun=/.test(request.path)) return undefined;
  const [path = ''] = request.path.split('?');
  if (ours) return undo(target, path, actual.body.json as RecordedObject);
  const wanted = response.body.json as RecordedObject | undefined;
  const name = wanted?.metadata?.name;
  if (request.method === 'DELETE' || wanted === undefined || name === undefined || wanted.kind === 'Status')
    return undefined;
  const metadata = Object.fromEntries(
    Object.entries(wanted.metadata ?? {}).filter(([member]) => !SET_BY_SERVER.has(member)),
  );
  const body = { ...wanted, metadata };
  const object = request.method === 'POST' ? `${path}/${name}` : path;
  const put = await send(target, { as: 'admin', method: 'PUT', path: object, body });
  if (isSuccess(put)) return put.body;
  return (await send(target, { as: 'admin', method: 'POST', path: object.slice(0, object.lastIndexOf('/')), body }))
    .body;
}

/** Takes back a create that should have been refused. */
async function undo(target: Target, path: string, created: RecordedObject | undefined): Promise<unknown> {
  const name = created?.metadata?.name;
  if (name === undefined || created?.kind === 'Status') return undefined;
  const object = path.endsWith(`/${name}`) ? path : `${path}/${name}`;
  const headers = { 'Content-Type': 'application/merge-patch+json' };
  await send(target, { as: 'admin', method: 'PATCH', path: object, headers, body: { metadata: { finalizers: null } } });
  await send(target, { as: 'admin', method: 'DELETE', path: object });
  return undefined;
}

function isSuccess({ status }: RecordedResponse): boolean {
  return status >= 200 && status < 300;
}
