import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A recorded request. */
export interface RecordedRequest {
  readonly as: 'admin' | 'user' | 'anonymous' | 'bad';
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it was sent, or JSON. */
  readonly body?: unknown;
}

/** A recorded answer. */
export interface RecordedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: {
    readonly json?: unknown;
    readonly text?: string;
    /** Events of a stream. */
    readonly lines?: readonly unknown[];
    readonly base64?: string;
    /** Length, where the content was not kept. */
    readonly bytes?: number;
  };
}

/** One HTTP exchange with a real server. */
export interface Exchange {
  /** Place in the order in which they were sent to a fresh server. */
  readonly seq: number;
  readonly id: string;
  readonly area: string;
  readonly request: RecordedRequest;
  readonly response: RecordedResponse;
  /** Requests sent while a watch was open, 100 ms apart. */
  readonly during?: readonly Omit<RecordedRequest, 'as'>[];
}

/** The exchanges of these areas, in their order. */
export function loadExchanges(folder: string, areas: readonly string[]): Exchange[] {
  return areas
    .flatMap((area) =>
      readdirSync(join(folder, area))
        .filter((file) => file.endsWith('.json'))
        .map((file) => {
          const recorded = JSON.parse(readFileSync(join(folder, area, file), 'utf8')) as Omit<Exchange, 'area'>;
          return { ...recorded, area };
        }),
    )
    .toSorted((a, b) => a.seq - b.seq);
}
