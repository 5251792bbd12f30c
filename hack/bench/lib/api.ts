import { Agent, request } from 'node:https';

/** An answer, with its body as it came. */
export interface APIAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What to ask. */
export interface APIRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** A plain client of a server on this machine, whose certificate it does not verify. */
export class API {
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32, rejectUnauthorized: false });

  /** `headers` go with every request. */
  constructor(address: string, headers: Readonly<Record<string, string>>) {
    this.address = address;
    this.headers = headers;
  }

  /** Any answer is a result. */
  ask(path: string, { method = 'GET', headers = {}, body }: APIRequest = {}): Promise<APIAnswer> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const type = payload === undefined ? {} : { 'Content-Type': 'application/json' };
    const options = { method, agent: this.#agent, headers: { ...this.headers, ...type, ...headers } };
    return new Promise((resolve, reject) => {
      const outgoing = request(`${this.address}${path}`, options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).once('error', reject);
        response.once('end', () => {
          const joined = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
          const received = Object.fromEntries(joined) as Record<string, string>;
          resolve({ status: response.statusCode ?? 0, headers: received, body: Buffer.concat(chunks) });
        });
      });
      outgoing.once('error', reject).end(payload);
    });
  }

  /** The JSON of a successful answer; throws with what the server said otherwise. */
  async json<T>(path: string, options?: APIRequest): Promise<T> {
    const { status, body } = await this.ask(path, options);
    if (status >= 300) throw new Error(`${options?.method ?? 'GET'} ${path}: ${status} ${body.toString()}`);
    return JSON.parse(body.toString()) as T;
  }

  /** Creates objects, 32 at a time. */
  async createAll(path: string, objects: readonly object[]): Promise<void> {
    const waiting = objects.values();
    const lane = async (): Promise<void> => {
      for (const body of waiting) await this.json(path, { method: 'POST', body });
    };
    await Promise.all(Array.from({ length: 32 }, lane));
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Headers of somebody who holds a token. */
export function bearer(token: string): Readonly<Record<string, string>> {
  return { Authorization: `Bearer ${token}` };
}
