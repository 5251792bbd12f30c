import type { IncomingMessage, ServerResponse } from 'node:http';
import { Router } from '@koa/router';
import Koa from 'koa';
import type { Handler, RequestContext } from '../request-context.ts';
import type { Filter } from './filter.ts';

/** Runs one request through the chain. Resolves when the answer is written or the connection was handed over. */
export type RunChain = (context: RequestContext) => Promise<void>;

/** What a request meets on its way: the filters, outermost first; then a fixed path, or else the dispatcher. */
export interface Chain {
  readonly filters: readonly Filter[];
  /** Handlers by path; a path may end in a wildcard such as `/healthz/*check`. */
  readonly fixedPaths: ReadonlyMap<string, Handler>;
  /** Everything else: API paths, which come and go. */
  readonly dispatch: Handler;
}

/** Where a response carries its context through Koa. A `WeakMap` would keep every request alive until the next full collection. */
const contextKey: unique symbol = Symbol('request context');

interface WithContext {
  [contextKey]?: RequestContext;
}

/**
 * Runs the chain as Koa middleware. This is the fence around Koa: filters and handlers see a `RequestContext`, write to the raw
 * response, and Koa itself never answers.
 */
export function newChain({ filters, fixedPaths, dispatch }: Chain): RunChain {
  const app = new Koa();
  const contextOf = (koa: Koa.Context): RequestContext => {
    const { [contextKey]: context } = koa.res as WithContext;
    if (context === undefined) throw new Error('request without a context');
    return context;
  };
  for (const filter of filters) app.use((koa, next) => filter.run(contextOf(koa), next));
  const router = new Router({ strict: true, sensitive: true });
  for (const [path, handler] of fixedPaths) router.all(path, (koa) => handler(contextOf(koa)));
  app.use((koa, next) => {
    const context = contextOf(koa);
    // No path of a resource is a fixed one, and most requests are for resources.
    if (context.info.isResourceRequest) return dispatch(context);
    // Fixed paths are found by the path that was authorized: Koa reads some targets otherwise.
    Object.defineProperty(koa, 'path', { value: context.path });
    return next();
  });
  app.use(router.routes());
  app.use((koa) => dispatch(contextOf(koa)));
  const run = compose(app.middleware);
  return async (context) => {
    const { request, response } = context as { request: IncomingMessage; response: ServerResponse };
    (response as WithContext)[contextKey] = context;
    await run(app.createContext(request, response));
  };
}

/**
 * Runs middleware one inside the other, as Koa does. Its own way (`app.callback`) writes what middleware has left to it, and follows
 * the connection in order to do so: nothing is left to it here, and every watch would pay.
 */
function compose(middleware: readonly Koa.Middleware[]): (koa: Koa.ParameterizedContext) => Promise<unknown> {
  const runFrom = async (koa: Koa.ParameterizedContext, at: number): Promise<unknown> =>
    middleware[at]?.(koa, () => runFrom(koa, at + 1));
  return (koa) => runFrom(koa, 0);
}
