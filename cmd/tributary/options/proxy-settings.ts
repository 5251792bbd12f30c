import {
  noTrustedProxies,
  parseTrustedProxies,
  type TrustedProxies,
} from '../../../pkg/aggregator/proxy/trusted-proxies.ts';
import { UsageError } from '../usage-error.ts';
import { parseDuration } from './parse-duration.ts';
import type { ServeOptions } from './serve-flags.ts';

/** How requests go through to services. */
export interface ProxySettings {
  /** Milliseconds that an ordinary request may wait for its answer. */
  readonly requestTimeoutMs: number;
  /** Milliseconds that a tunnel may be silent. */
  readonly tunnelIdleMs: number;
  readonly trustedProxies: TrustedProxies;
}

type ProxyOptions = Pick<ServeOptions, 'requestTimeout' | 'streamingConnectionIdleTimeout' | 'trustedProxies'>;

/** Reads the options about requests to services. Throws a `UsageError` that names the option. */
export function toProxySettings(options: ProxyOptions): ProxySettings {
  const requestTimeoutMs = parseTimer(options.requestTimeout, '--request-timeout');
  const tunnelIdleMs = parseTimer(options.streamingConnectionIdleTimeout, '--streaming-connection-idle-timeout');
  return { requestTimeoutMs, tunnelIdleMs, trustedProxies: readTrusted(options.trustedProxies) };
}

/** Node takes a longer timer for one that is over at once. */
const longestTimerMs = 2 ** 31 - 1;

function parseTimer(text: string, flag: string): number {
  return Math.min(parseDuration(text, flag), longestTimerMs);
}

function readTrusted(text: string | undefined): TrustedProxies {
  if (text === undefined) return noTrustedProxies;
  try {
    return parseTrustedProxies(text);
  } catch (error) {
    throw new UsageError(`--trusted-proxies: ${(error as Error).message}`);
  }
}
