import type { X509Certificate } from 'node:crypto';
import { toAddress, toEndpoint } from './authority.ts';
import { BackendFailure } from './backend-failure.ts';
import { findCertificateFault, type Findings } from './certificate-failure.ts';
import type { TransportSettings } from './interface.ts';
import { toCodedError, type CodedError } from './coded-error.ts';
import { findTLSFault } from './tls-failure.ts';

/** What is known when a connection could not be opened. */
export interface DialFacts {
  readonly settings: TransportSettings;
  /** How far it came. */
  readonly step: 'connect' | 'tls';
  /** The certificate that the backend showed. */
  readonly peer: X509Certificate | undefined;
  readonly timeoutMs: number;
}

/** Tells why a connection could not be opened, whatever the resolver, the socket or TLS said. */
export function toDialFailure(error: unknown, facts: DialFacts): BackendFailure {
  if (error instanceof BackendFailure) return error;
  const coded = toCodedError(error);
  const authority = toEndpoint(facts.settings);
  const findings =
    findAddressFault(coded, authority) ??
    findTimeout(coded, facts) ??
    findCertificateFault(coded, facts.peer, facts.settings) ??
    findTLSFault(coded, authority) ??
    findClosed(coded, facts) ??
    unknown(coded, facts);
  return new BackendFailure({ ...findings, address: toAddress(facts.settings) }, error);
}

/** What the codes of the resolver and the operating system mean. */
const addressFaults: readonly AddressFault[] = [
  {
    codes: ['ECONNREFUSED'],
    step: 'connect',
    seen: (authority) => `nothing listens on ${authority}`,
    hint: 'Start the service, or correct its address and port.',
  },
  {
    codes: ['ENOENT'],
    step: 'connect',
    seen: (socketPath) => `there is no socket ${socketPath}`,
    hint: 'Start the service, or correct the path of its socket.',
  },
  {
    codes: ['ENOTFOUND', 'ENODATA', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME', 'ESERVFAIL'],
    step: 'resolve',
    seen: (authority) => `no address for ${authority}`,
    hint: 'Correct the host name (externalName), or make it resolvable where the gateway runs.',
  },
  {
    codes: ['EAI_AGAIN'],
    step: 'resolve',
    seen: (authority) => `the name server did not answer for ${authority}`,
    hint: 'Check the name server of the machine on which the gateway runs.',
  },
  {
    codes: ['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL'],
    step: 'connect',
    seen: (authority) => `no route to ${authority}`,
    hint: 'Check the network, the routes and the firewall between the gateway and the service.',
  },
  {
    codes: ['EACCES', 'EPERM'],
    step: 'connect',
    seen: (authority) => `the operating system forbids the connection to ${authority}`,
    hint: 'Check the firewall and the sandbox of the gateway.',
  },
];

interface AddressFault {
  readonly codes: readonly string[];
  readonly step: 'resolve' | 'connect';
  readonly seen: (authority: string) => string;
  readonly hint: string;
}

function findAddressFault({ code }: CodedError, authority: string): Findings | undefined {
  const fault = addressFaults.find(({ codes }) => codes.includes(code));
  if (fault === undefined) return undefined;
  const { step, hint } = fault;
  const expected =
    step === 'resolve' ? 'a host name that resolves to an address' : `a service that listens on ${authority}`;
  return { step, code, expected, seen: fault.seen(authority), hint };
}

function findTimeout({ code }: CodedError, { step, settings, timeoutMs }: DialFacts): Findings | undefined {
  if (code !== 'TIMEOUT' && code !== 'ETIMEDOUT') return undefined;
  const within = `within ${timeoutMs} ms`;
  return step === 'connect'
    ? {
        step,
        code: 'TIMEOUT',
        expected: `a connection to ${toEndpoint(settings)} ${within}`,
        seen: `no answer ${within}`,
        hint: 'Check the address, and the firewall between the gateway and the service.',
      }
    : {
        step,
        code: 'TIMEOUT',
        expected: `a TLS handshake ${within}`,
        seen: `the connection was accepted, but the TLS handshake did not end ${within}`,
        hint: 'Check that the service speaks TLS on this port and is not overloaded.',
      };
}

function findClosed({ code }: CodedError, { step }: DialFacts): Findings | undefined {
  if (code !== 'ECONNRESET' && code !== 'EPIPE' && code !== 'ECONNABORTED') return undefined;
  return step === 'connect'
    ? {
        step,
        code,
        expected: 'a connection',
        seen: 'the connection was refused while it was opened',
        hint: 'Check what listens on this port, and proxies between the gateway and the service.',
      }
    : {
        step,
        code,
        expected: 'a TLS handshake',
        seen: 'the connection was closed during the TLS handshake',
        hint: "Check that the service speaks TLS 1.2 or later on this port, has a certificate, and trusts the gateway's front-proxy CA.",
      };
}

function unknown({ code, message }: CodedError, { step }: DialFacts): Findings {
  return {
    step,
    code,
    expected: 'a verified TLS connection',
    seen: message,
    hint: 'Check the log of the service.',
  };
}
