import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { RequestContext } from '../../apiserver/request-context.ts';
import type { UpgradeRequest } from './interface.ts';

/** What is sent to ask a backend for another protocol. */
export interface UpgradeQuestion {
  readonly context: RequestContext;
  /** The path at the backend. */
  readonly target: string;
  /** Header lines of the request, complete. */
  readonly lines: readonly string[];
  readonly client: UpgradeRequest;
  /** The connection to the backend, for this request alone. */
  readonly backend: Socket;
}

/** A question that has been sent. Whoever started it listens to the request's events before the next turn of the event loop. */
export interface UpgradeAttempt {
  readonly request: ClientRequest;
  /** Tells the client that the protocol is switched, with these header lines, and joins the sockets. */
  accept(answer: SwitchedAnswer, lines: readonly string[]): void;
}

/** A backend's 101, with the connection from there on. */
export interface SwitchedAnswer {
  readonly response: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Bytes of the head of an answer to an upgrade. */
export const maxUpgradeHeadBytes: number = 64 * 1024;

/** Hands a connection that stands already to Node's HTTP client. */
export class SocketAgent extends Agent {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super({ keepAlive: false });
    this.#socket = socket;
  }

  override createConnection(): Duplex {
    return this.#socket;
  }
}
