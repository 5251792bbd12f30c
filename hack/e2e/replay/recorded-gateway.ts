import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import { parse } from 'yaml';
import { type Gateway, newDataDir, startGateway } from '../harness/gateway.ts';
import type { Target } from './send.ts';

/** A gateway, and how the users of the recording are known to it. */
export interface RecordedGateway {
  readonly gateway: Gateway;
  readonly target: Target;
}

/** Starts a gateway that knows the users of the recording. */
export async function startRecordedGateway(t: Test): Promise<RecordedGateway> {
  const folder = await newDataDir(t);
  const file = join(folder, 'tokens.csv');
  const tokens = { admin: 'admin-token', user: 'user-token' };
  await writeFile(file, `${tokens.admin},admin,admin-uid,"system:masters"\n${tokens.user},alice,alice-uid,"dev,qa"\n`, {
    mode: 0o600,
  });
  const gateway = await startGateway(t, { args: [`--token-auth-file=${file}`] });
  const { clusters } = parse(await readFile(gateway.kubeconfig, 'utf8')) as {
    clusters: { cluster: { 'certificate-authority-data': string } }[];
  };
  const ca = Buffer.from(clusters[0]?.cluster['certificate-authority-data'] ?? '', 'base64').toString('utf8');
  return { gateway, target: { address: gateway.address, ca, tokens } };
}
