import type { Logger } from '../../component/logs/logger.ts';
import { respond } from '../endpoints/response/respond.ts';
import type { Handler, RequestContext } from '../request-context.ts';
import type { HealthCheck, HealthEndpoint } from './checks.ts';
import type { HealthSLIs } from './health-slis.ts';

/** An endpoint and what it checks. */
export interface CheckedEndpoint {
  readonly endpoint: HealthEndpoint;
  readonly checks: () => readonly HealthCheck[];
}

/** What the handler of an endpoint needs. */
export interface HealthHandlerOptions extends CheckedEndpoint {
  readonly slis: HealthSLIs;
  readonly logger: Logger;
}

const contentType = 'text/plain; charset=utf-8';

/**
 * Answers `/healthz`, `/livez` or `/readyz`: `ok`, or with `?verbose` or a failure a line for each check. `?exclude=` leaves
 * checks out. Source: apiserver `pkg/server/healthz`.
 */
export function newHealthHandler({ endpoint, checks, slis, logger }: HealthHandlerOptions): Handler {
  return async (context) => {
    const excluded = new Set(context.query.getAll('exclude').flatMap((names) => names.split(',')));
    const lines: string[] = [];
    let failed = false;
    for (const check of checks().filter(({ endpoints }) => endpoints.includes(endpoint))) {
      if (excluded.delete(check.name)) {
        lines.push(`[+]${check.name} excluded: ok`);
        continue;
      }
      const error = await failureOf(check);
      slis.observe(endpoint, check.name, error === undefined);
      if (error === undefined) {
        lines.push(`[+]${check.name} ok`);
        continue;
      }
      failed = true;
      lines.push(`[-]${check.name} failed: reason withheld`);
      logger.info('health check failed', { endpoint, check: check.name, err: error });
    }
    if (excluded.size > 0) {
      const names = [...excluded].map((name) => JSON.stringify(name)).join(',');
      lines.push(`warn: some health checks cannot be excluded: no matches for ${names}`);
    }
    if (failed) return answer(context, 500, `${lines.join('\n')}\n${endpoint} check failed\n`);
    const verbose = context.query.has('verbose');
    return answer(context, 200, verbose ? `${lines.join('\n')}\n${endpoint} check passed\n` : 'ok');
  };
}

/** Answers `/<endpoint>/<check>` with the one check; unlike the whole, it tells why it failed. */
export function newSingleHealthHandler({ endpoint, checks }: CheckedEndpoint): Handler {
  return async (context) => {
    const name = context.path.slice(`/${endpoint}/`.length);
    const check = checks().find((each) => each.name === name && each.endpoints.includes(endpoint));
    if (check === undefined) return answer(context, 404, '404 page not found\n');
    const error = await failureOf(check);
    // Without `nosniff`, unlike every other answer here: upstream's single checks have it so.
    if (error === undefined) return respond(context, { status: 200, contentType, body: 'ok' });
    const why = error instanceof Error ? error.message : 'failed';
    return answer(context, 500, `internal server error: ${why}\n`);
  };
}

async function failureOf(check: HealthCheck): Promise<unknown> {
  try {
    await check.check();
    return undefined;
  } catch (error) {
    return error ?? new Error('failed without a reason');
  }
}

function answer(context: RequestContext, status: number, body: string): void {
  respond(context, {
    status,
    contentType,
    body,
    headers: { 'X-Content-Type-Options': 'nosniff' },
  });
}
