import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import { type APIClient, newAPIClient } from '../../../pkg/testing/api-client.ts';
import type { Gateway } from '../harness/gateway.ts';

/** A client with the administrator's certificate, for what has to be asked faster than a kubectl starts. */
export async function newAdminClient(t: Test, { dataDir, port }: Gateway): Promise<APIClient> {
  const read = (file: string): Promise<string> => readFile(join(dataDir, 'pki', file), 'utf8');
  const [ca, cert, key] = await Promise.all([read('ca.crt'), read('admin.crt'), read('admin.key')]);
  const client = newAPIClient({ port, ca, cert, key });
  t.teardown(() => client.close());
  return client;
}
