import { readFile } from 'node:fs/promises';
import type { Test } from 'tap';
import { type APIClient, newAPIClient } from '../../../pkg/testing/api-client.ts';
import type { Gateway } from './gateway.ts';

/** A client with the credentials of the gateway's own kubeconfig, for those who must see what happens within milliseconds. */
export async function newGatewayClient(t: Test, { kubeconfig, port }: Gateway): Promise<APIClient> {
  const text = await readFile(kubeconfig, 'utf8');
  const find = (key: string): string => {
    const found = new RegExp(`${key}: *"?([A-Za-z0-9+/=]+)`).exec(text)?.[1] ?? '';
    return Buffer.from(found, 'base64').toString();
  };
  const client = newAPIClient({
    port,
    ca: find('certificate-authority-data'),
    cert: find('client-certificate-data'),
    key: find('client-key-data'),
  });
  t.teardown(() => client.close());
  return client;
}
