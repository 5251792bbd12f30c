import type { BareMetrics } from '../../component/metrics/interface.ts';
import { encodeJSON } from '../../apimachinery/runtime/encode-json.ts';
import { respond } from '../endpoints/response/respond.ts';
import type { Handler } from '../request-context.ts';

/** Answers `/version`: indented JSON, whatever the client accepts, as upstream does. */
export function newVersionHandler(version: object): Handler {
  const body = encodeJSON(version, true);
  return (context) => respond(context, { status: 200, contentType: 'application/json', body });
}

/** Answers `/metrics`, or a path below it, in the text format of Prometheus. */
export function newMetricsHandler(metrics: BareMetrics): Handler {
  return async (context) => {
    const { contentType, body } = await metrics.render();
    respond(context, { status: 200, contentType, body });
  };
}

const indexedPaths = [
  '/api',
  '/apis',
  '/healthz',
  '/livez',
  '/metrics',
  '/metrics/slis',
  '/openapi/v2',
  '/openapi/v3',
  '/readyz',
  '/version',
];

/** Answers `/` with the paths that can be read: those that every server has, and the ones given. */
export function newIndexHandler(paths: () => readonly string[]): Handler {
  return (context) => {
    const body = encodeJSON({ paths: [...new Set([...indexedPaths, ...paths()])].toSorted() }, true);
    respond(context, { status: 200, contentType: 'application/json', body });
  };
}

/** Ends requests for paths that nobody serves, with the text that Go's mux has. */
export const notFoundHandler: Handler = (context) => {
  respond(context, {
    status: 404,
    contentType: 'text/plain; charset=utf-8',
    body: '404 page not found\n',
    headers: { 'X-Content-Type-Options': 'nosniff' },
  });
};
