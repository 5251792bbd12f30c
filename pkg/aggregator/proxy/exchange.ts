import type { Dispatcher } from 'undici';
import type { Status } from '../../../apis/meta/v1/types.ts';
import { newServiceUnavailable } from '../../apimachinery/errors/constructors.ts';
import { isStatusError } from '../../apimachinery/errors/status-error.ts';
import type { RawResponse, RequestContext } from '../../apiserver/request-context.ts';
import { answerStatus, toRedirectError, toStatusError } from './answer-failure.ts';
import type { BackendFailure } from './backend-failure.ts';
import {
  cutResponse,
  endResponse,
  flushHead,
  isClientGone,
  writeBody,
  writeContinue,
  writeHead,
  writeInformational,
} from './client-response.ts';
import type { Carrier } from './carrier.ts';
import type { ExchangeTrace } from './exchange-trace.ts';
import {
  isConnectionLoss,
  isDialFailure,
  isUnprocessed,
  newAnswerFailure,
  newTimeoutFailure,
  toExchangeFailure,
} from './exchange-failure.ts';
import { toClientHeaders, toClientTrailers } from './headers.ts';
import type { Outcome, TransportSettings } from './interface.ts';
import { isHttp2Request } from './request-protocol.ts';
import type { RetryBudget } from './retry-budget.ts';
import { findForbiddenAnswer, toLines, toResponseHead } from './response-head.ts';
import { canSendAgain, discardUpload, UploadCutError } from './upload.ts';

/** What an exchange needs besides the request. */
export interface ExchangeOptions {
  readonly context: RequestContext;
  readonly settings: TransportSettings;
  readonly timeoutMs: number | undefined;
  readonly trace: ExchangeTrace | undefined;
  /** Sends the request again, on a new connection if need be. */
  readonly retry: (exchange: Exchange, fresh: boolean) => void;
  /** Whether a backend may get the request twice, because it has no effects. */
  readonly repeatable: boolean;
  /** Pays for what is sent again. */
  readonly budget: RetryBudget;
  /** Whether a request that never was sent is handed back instead of answered. */
  readonly handBack?: boolean | undefined;
  readonly onOver: (outcome: Outcome) => void;
}

type HeadArguments = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>;

/** Carries the backend's answer to the client, piece by piece as it comes, and ends the one when the other is gone. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #options: ExchangeOptions;
  readonly #response: RawResponse;
  #controller: Dispatcher.DispatchController | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Status of the answer that has begun; 0 before. */
  #status = 0;
  /** Whether the backend has begun to answer. */
  #heard = false;
  #resent = 0;
  #reused = false;
  /** Whether a byte of the request may have left. */
  #sent = false;
  #flushed = false;
  #paused = false;
  #over = false;

  /** Sends the head that is still waiting for a body. */
  readonly #flush = (): void => {
    if (!this.#flushed && !this.#over) flushHead(this.#response);
  };
  readonly #onClose = (): void => this.#leave();
  readonly #onDrain = (): void => this.#resume();
  readonly #onAbort = (): void => (isClientGone(this.#response) ? this.#leave() : this.#stop());

  constructor(options: ExchangeOptions) {
    const { context, timeoutMs } = options;
    this.#options = options;
    this.#response = context.response;
    // Writing to a client that has just left raises errors that say nothing new.
    this.#response.on('error', ignore).on('drain', this.#onDrain).on('close', this.#onClose);
    context.request.on('error', ignore);
    // Each event of a watch leaves at once. On HTTP/2 Node sees to that itself, and allows nobody else to.
    if (!isHttp2Request(context.request)) context.request.socket.setNoDelay(true);
    context.signal.addEventListener('abort', this.#onAbort);
    if (timeoutMs !== undefined) this.#timer = setTimeout(() => this.#expire(timeoutMs), timeoutMs);
    if (isClientGone(this.#response)) this.#leave();
    else if (context.signal.aborted) this.#stop();
  }

  /** Whether the exchange has ended already, so that nothing need be sent. */
  get isOver(): boolean {
    return this.#over;
  }

  onRequestStart(controller: Dispatcher.DispatchController, { reused, opening }: Carrier): void {
    this.#controller = controller;
    this.#sent = true;
    this.#reused = reused;
    this.#options.trace?.begun(opening);
    if (this.#over) controller.abort(new Error('the client has left'));
    else writeContinue(this.#options.context);
  }

  onResponseStarted(): void {
    this.#heard = true;
  }

  onResponseStart(...[controller, status, , reason = '']: HeadArguments): void {
    if (this.#over) return;
    const { context, settings } = this.#options;
    const lines = toLines(controller.rawHeaders);
    const fault = findForbiddenAnswer(status, lines);
    if (fault !== undefined) {
      const failure = newAnswerFailure(settings, fault);
      this.#fail(failure, (fault.code === 'REDIRECT' ? toRedirectError(failure) : toStatusError(failure)).status);
    } else if (status < 200) {
      writeInformational(this.#response, status, toClientHeaders(lines, false));
    } else {
      // Throws when the answer cannot be sent; undici then reports it as an error of this exchange.
      writeHead(this.#response, toResponseHead(context, { status, reason, lines: [...lines] }));
      clearTimeout(this.#timer);
      this.#status = status;
      this.#options.trace?.answered();
      // The head leaves together with a body that is here already, and without waiting for one that is not.
      process.nextTick(this.#flush);
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over) return;
    this.#flushed = true;
    const { trace } = this.#options;
    if (trace !== undefined) trace.responseBytes += chunk.length;
    if (writeBody(this.#response, chunk)) return;
    this.#paused = true;
    controller.pause();
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    if (this.#over) return;
    this.#end();
    endResponse(this.#response, toClientTrailers(toLines(controller.rawTrailers)));
    this.#settleWhenSent({ kind: 'completed', status: this.#status });
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.#over) return;
    if (error instanceof UploadCutError) {
      this.#leave();
      return;
    }
    const { context, retry, settings, trace } = this.#options;
    const untouched = isUnprocessed(error) && canSendAgain(context.request);
    if (untouched) {
      this.#sent = false;
      // What comes from now on is for the next attempt.
      context.request.pause();
    }
    if (untouched ? this.#maySendRefused() : this.#maySendLost(error)) {
      this.#resent++;
      this.#controller = undefined;
      if (trace !== undefined) trace.retries++;
      // Who refuses once may take the next, or say GOAWAY. Who refuses twice may have no room on this connection.
      retry(this, !untouched || this.#resent === maxResent);
      return;
    }
    const failure = toExchangeFailure(error, settings);
    if (this.#options.handBack === true && this.#canGoElsewhere(error)) this.#handBack(failure);
    else this.#fail(failure, toStatusError(failure).status);
  }

  /** A backend that is about to stop, or has as much as it takes, leaves requests untouched and says so. */
  #maySendRefused(): boolean {
    return this.#resent < maxResent && this.#options.budget.spend();
  }

  /** A connection that has lain idle may have died unnoticed. With nothing heard, a question without effects is asked once more. */
  #maySendLost(error: Error): boolean {
    return this.#reused && this.#resent === 0 && isConnectionLoss(error) && this.#mayRepeat();
  }

  /** Whether the request may be sent again although a backend may have seen it, and there is a retry left to spend. */
  #mayRepeat(): boolean {
    const { repeatable, budget } = this.#options;
    return repeatable && !this.#heard && budget.spend();
  }

  #canGoElsewhere(error: Error): boolean {
    if (!this.#sent) return true;
    return (isConnectionLoss(error) || isDialFailure(error)) && this.#mayRepeat();
  }

  /** Nothing has happened yet that would count. */
  #handBack(failure: BackendFailure): void {
    this.#end();
    this.#options.onOver({ kind: 'not-sent', status: 0, failure });
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#controller?.resume();
  }

  #expire(timeoutMs: number): void {
    const failure = newTimeoutFailure(this.#options.settings, timeoutMs);
    this.#fail(failure, toStatusError(failure).status);
  }

  /** The backend has failed: the client gets a `Status`, or sees its answer break off. */
  #fail(failure: BackendFailure, status: Status): void {
    if (this.#over) return;
    this.#end();
    this.#controller?.abort(failure);
    const sent = this.#answer(status);
    this.#settleWhenSent({ kind: 'backend-failed', status: sent, failure });
  }

  /** The client has left, or somebody else has answered it. */
  #leave(): void {
    if (this.#over) return;
    const answered = this.#status === 0 && this.#response.headersSent;
    this.#end();
    this.#controller?.abort(new Error('the client has left'));
    if (answered) {
      const failure = newTimeoutFailure(this.#options.settings);
      this.#options.onOver({ kind: 'backend-failed', status: this.#response.statusCode, failure });
    } else {
      this.#options.onOver({ kind: 'client-left', status: this.#status });
    }
  }

  /** The server ends the request, although client and backend are there. */
  #stop(): void {
    const { reason } = this.#options.context.signal as { reason: unknown };
    const error = isStatusError(reason) ? reason : newServiceUnavailable('the server is shutting down');
    this.#end();
    this.#controller?.abort(error);
    this.#settleWhenSent({ kind: 'completed', status: this.#answer(error.status) });
  }

  /** Answers with this `Status`, or breaks the answer off if it has begun. Returns the status that the client got. */
  #answer(status: Status): number {
    if (this.#response.headersSent) {
      if (!this.#response.writableEnded) cutResponse(this.#response);
      return this.#response.statusCode;
    }
    try {
      answerStatus(this.#options.context, status);
      return status.code ?? 500;
    } catch {
      // Nothing can be said on this response, so that at least nobody waits for it.
      cutResponse(this.#response);
      return 0;
    }
  }

  /** From here on nothing counts that the backend, the client or the clock do. */
  #end(): void {
    const { context, trace } = this.#options;
    this.#over = true;
    trace?.ended();
    clearTimeout(this.#timer);
    this.#response.off('drain', this.#onDrain).off('close', this.#onClose);
    context.signal.removeEventListener('abort', this.#onAbort);
  }

  #settleWhenSent(outcome: Outcome): void {
    const { context, onOver } = this.#options;
    const response = this.#response;
    discardUpload(context.request, response);
    if (response.writableFinished || isClientGone(response)) {
      onOver(outcome);
      return;
    }
    const settle = (): void => {
      response.off('finish', settle).off('close', settle);
      const left = !response.writableFinished && outcome.kind === 'completed';
      onOver(left ? { kind: 'client-left', status: outcome.status } : outcome);
    };
    response.on('finish', settle).on('close', settle);
  }
}

/** Attempts at one address after the first. */
const maxResent = 2;

function ignore(): void {}
