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
  /** Whether HTTP/2 is offered to services. */
  readonly http2: boolean;
}

type ProxyOptions = Pick<
  ServeOptions,
  'requestTimeout' | 'streamingConnectionIdleTimeout' | 'trustedProxies' | 'backendProtocols'
>;

/** Reads the options about requests to services. Throws a `UsageError` that names the option. */
export function toProxySettings(options: ProxyOptions): ProxySettings {
  const requestTimeoutMs = parseTimer(options.requestTimeout, '--request-timeout');
  const tunnelIdleMs = parseTimer(options.streamingConnectionIdleTimeout, '--streaming-connection-idle-timeout');
  const http2 = readProtocols(options.backendProtocols);
  return { requestTimeoutMs, tunnelIdleMs, trustedProxies: readTrusted(options.trustedProxies), http2 };
}

/** Node takes a longer timer for one that is over at once. */
const longestTimerMs = 2 ** 31 - 1;

function parseTimer(text: string, flag: string): number {
  return Math.min(parseDuration(text, flag), longestTimerMs);
}

function readProtocols(text: string): boolean {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => name === 'h2' || name === 'http/1.1') && names.includes('http/1.1'))
    return names.includes('h2');
  throw new UsageError(`--backend-protocols must be h2,http/1.1 or http/1.1, not ${JSON.stringify(text)}`);
}

function readTrusted(text: string | undefined): TrustedProxies {
  if (text === undefined) return noTrustedProxies;
  try {
    return parseTrustedProxies(text);
  } catch (error) {
    throw new UsageError(`--trusted-proxies: ${(error as Error).message}`);
  }
}
