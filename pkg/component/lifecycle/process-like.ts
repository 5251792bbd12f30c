/** Signals that ask a process to end. */
export type TerminationSignal = 'SIGTERM' | 'SIGINT';

/** What the process tells when nobody caught an error. */
export type UncaughtEvent = 'uncaughtException' | 'unhandledRejection';

/** The part of `process` that this folder uses; tests pass their own. */
export interface ProcessLike {
  on(event: TerminationSignal, listener: (signal: TerminationSignal) => void): unknown;
  on(event: UncaughtEvent, listener: (reason: unknown) => void): unknown;
  off(event: TerminationSignal, listener: (signal: TerminationSignal) => void): unknown;
  off(event: UncaughtEvent, listener: (reason: unknown) => void): unknown;
  exit(code: number): void;
}

/** 128 and the signal's number, by the convention of shells. */
export function toExitCode(signal: TerminationSignal): number {
  return signal === 'SIGINT' ? 130 : 143;
}
