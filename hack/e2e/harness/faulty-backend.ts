import { once } from 'node:events';
import { createServer as createPlainServer, type RequestListener, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createRawServer, type Server, type Socket } from 'node:net';
import { createServer as createTLSServer } from 'node:tls';
import type { Test } from 'tap';
import type { CertificatePair } from '../../../pkg/pki/certificate-pair.ts';
import type { TestAuthority } from '../../../pkg/testing/pki.ts';

/** Ways in which a service goes wrong. */
export const faults = [
  'refused',
  'reset',
  'black hole',
  'slow byte by byte',
  'wrong certificate',
  'expired certificate',
  'plain HTTP',
  'garbage',
  '500 on discovery',
  'huge discovery',
  'invalid OpenAPI',
  'flapping',
] as const;

/** One of them. */
export type Fault = (typeof faults)[number];

/** A service on a port of its own that goes wrong on demand. */
export interface FaultyBackend {
  readonly port: number;
  readonly groupVersion: string;
  /** Breaks it in a way. */
  inject(fault: Fault): Promise<void>;
  /** Mends it. */
  heal(): Promise<void>;
}

/** What a service is made of. */
export interface FaultyBackendOptions {
  readonly groupVersion: string;
  readonly authority: TestAuthority;
  /** Names of its certificate. */
  readonly names: readonly string[];
}

/** How often a flapping service comes and goes. */
const flapMs = 350;

/** Starts a service that is well. */
export async function startFaultyBackend(t: Test, options: FaultyBackendOptions): Promise<FaultyBackend> {
  const backend = new SwitchedBackend(options, await makeServers(options));
  await backend.listen(0);
  t.teardown(() => backend.close());
  return backend;
}

/** Servers that do not listen: each gets the connections that it is given. */
interface Servers {
  readonly well: Server;
  readonly wrong: Server;
  readonly expired: Server;
  readonly plain: Server;
  readonly garbage: Server;
}

async function makeServers({ authority, names, groupVersion }: FaultyBackendOptions): Promise<Servers> {
  const answer: RequestListener = (_, response) => void response.end(discoveryOf(groupVersion));
  const toOptions = ({ certPEM, keyPEM }: CertificatePair) => ({ cert: certPEM, key: keyPEM });
  const [well, wrong, expired] = await Promise.all([
    authority.serving([...names]),
    authority.serving(['elsewhere.example.com']),
    authority.serving([...names], { validity: 'expired' }),
  ]);
  return {
    well: createServer(toOptions(well)),
    wrong: createServer(toOptions(wrong), answer),
    expired: createServer(toOptions(expired), answer),
    plain: createPlainServer(answer),
    garbage: createTLSServer(toOptions(well), (socket) => {
      socket.on('error', ignore).once('data', () => socket.end('%$# this is not HTTP\r\n\r\n'));
    }),
  };
}

function discoveryOf(groupVersion: string, padding = ''): string {
  const resources = [{ name: 'things', singularName: 'thing', namespaced: false, kind: 'Thing', verbs: ['list'] }];
  return JSON.stringify({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources, padding });
}

class SwitchedBackend implements FaultyBackend {
  readonly groupVersion: string;
  readonly #servers: Servers;
  readonly #sockets = new Set<Socket>();
  #listener: Server | undefined;
  #port = 0;
  #fault: Fault | undefined;
  #flapping: NodeJS.Timeout | undefined;

  constructor({ groupVersion }: FaultyBackendOptions, servers: Servers) {
    this.groupVersion = groupVersion;
    this.#servers = servers;
    servers.well.on('request', (request, response) => this.#answer(request.url ?? '', response));
    for (const server of Object.values(servers)) server.on('tlsClientError', ignore).on('clientError', ignore);
  }

  get port(): number {
    return this.#port;
  }

  async listen(port: number): Promise<void> {
    const listener = createRawServer((socket) => this.#accept(socket));
    listener.listen(port, '127.0.0.1');
    await once(listener, 'listening');
    this.#listener = listener;
    this.#port = (listener.address() as AddressInfo).port;
  }

  async inject(fault: Fault): Promise<void> {
    this.#fault = fault;
    if (fault === 'refused') await this.#stopListening();
    if (fault === 'flapping') this.#flap();
    // What goes on as before would hide the fault; a restart cuts connections as well. A black hole only falls silent.
    if (!['black hole', 'invalid OpenAPI', '500 on discovery', 'huge discovery', 'slow byte by byte'].includes(fault))
      this.#cut();
  }

  async heal(): Promise<void> {
    clearTimeout(this.#flapping);
    const cut = this.#fault !== 'invalid OpenAPI';
    this.#fault = undefined;
    if (cut) this.#cut();
    if (this.#listener === undefined) await this.listen(this.#port);
  }

  async close(): Promise<void> {
    clearTimeout(this.#flapping);
    this.#cut();
    await this.#stopListening();
  }

  #flap(): void {
    this.#flapping = setTimeout(() => void this.#turn(), flapMs);
  }

  async #turn(): Promise<void> {
    if (this.#listener === undefined) await this.listen(this.#port);
    else await this.#stopListening();
    if (this.#fault === 'flapping') this.#flap();
  }

  async #stopListening(): Promise<void> {
    const listener = this.#listener;
    if (listener === undefined) return;
    this.#listener = undefined;
    const closed = once(listener, 'close');
    listener.close();
    this.#cut();
    await closed;
  }

  #cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', ignore).once('close', () => this.#sockets.delete(socket));
    const { well, wrong, expired, plain, garbage } = this.#servers;
    if (this.#fault === 'reset') socket.resetAndDestroy();
    else if (this.#fault === 'black hole') socket.resume();
    else if (this.#fault === 'wrong certificate') wrong.emit('connection', socket);
    else if (this.#fault === 'expired certificate') expired.emit('connection', socket);
    else if (this.#fault === 'plain HTTP') plain.emit('connection', socket);
    else if (this.#fault === 'garbage') garbage.emit('connection', socket);
    else well.emit('connection', socket);
  }

  #answer(path: string, response: ServerResponse): void {
    if (this.#fault === 'black hole') return;
    response.setHeader('Content-Type', 'application/json');
    // Another document comes with another process, which nobody notices by anything but new connections.
    if (this.#fault === 'invalid OpenAPI') response.setHeader('Connection', 'close');
    const body = this.#bodyOf(path, response);
    if (this.#fault === 'slow byte by byte') void drip(response, body);
    else response.end(body);
  }

  #bodyOf(path: string, response: ServerResponse): string {
    const discovery = path === `/apis/${this.groupVersion}`;
    if (path.startsWith('/openapi/')) return this.#openAPIOf(path, response);
    if (!discovery) {
      if (path.endsWith('/things')) return '{"kind":"ThingList","apiVersion":"x/v1","metadata":{},"items":[]}';
      response.statusCode = 404;
      return '{}';
    }
    if (this.#fault === '500 on discovery') {
      response.statusCode = 500;
      return 'oops';
    }
    return discoveryOf(this.groupVersion, this.#fault === 'huge discovery' ? 'x'.repeat(8 * 1024 * 1024) : '');
  }

  #openAPIOf(path: string, response: ServerResponse): string {
    const url = `/openapi/v3/apis/${this.groupVersion}`;
    const broken = this.#fault === 'invalid OpenAPI';
    if (path === '/openapi/v3') {
      const serverRelativeURL = `${url}?hash=${broken ? 'B' : 'A'}`;
      return JSON.stringify({ paths: { [`apis/${this.groupVersion}`]: { serverRelativeURL } } });
    }
    if (path.startsWith(url)) return broken ? '{"openapi":"3.0.0","paths":[[' : newOpenAPI(this.groupVersion);
    response.statusCode = 404;
    return '{}';
  }
}

function newOpenAPI(groupVersion: string): string {
  const things = { get: { responses: { '200': { description: 'OK' } } } };
  const info = { title: groupVersion, version: 'v1' };
  return JSON.stringify({ openapi: '3.0.0', info, paths: { [`/apis/${groupVersion}/things`]: things } });
}

/** One byte every 50 ms: the answer is on its way, and nobody can wait for it. */
async function drip(response: ServerResponse, body: string): Promise<void> {
  for (const byte of Buffer.from(body)) {
    if (response.destroyed) return;
    response.write(Buffer.of(byte));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  response.end();
}

function ignore(): void {}
