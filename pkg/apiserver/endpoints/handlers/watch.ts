import { parseResourceVersion } from '../../registry/resource-version.ts';
import { newSelection } from '../../registry/selection.ts';
import type { Handler } from '../../request-context.ts';
import { negotiateStream, toStreamType } from '../response/media-types.ts';
import { startStream } from '../response/respond.ts';
import { newWatchEncoder } from '../response/watch-encoder.ts';
import { readListOptions } from './list.ts';
import type { ResourceScope } from './resource-scope.ts';
import { WatchSession } from './watch-session.ts';

/** Streams changes of the objects that match. Resolves when the watch stands; it goes on after that. */
export function newWatchHandler(scope: ResourceScope): Handler {
  return async (context) => {
    const options = readListOptions(context);
    parseResourceVersion(options.resourceVersion);
    const output = negotiateStream(context, scope.kind);
    const encoder = await newWatchEncoder(context, scope, output);
    const selection = newSelection(options, { kind: scope.kind, name: context.info.parts[1] ?? '' });
    // The client may have left while it was being authenticated.
    if (context.signal.aborted) return;
    startStream(context, { status: 200, contentType: toStreamType(output) });
    await new WatchSession({ context, scope, options, encoder }).begin(selection);
  };
}
