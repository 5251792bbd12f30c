import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { runCommand } from '../../lib/run-command.ts';
import type { API } from './api.ts';

/** Name of the service that all backends of the benchmarks belong to. */
const service = 'bench';

const apiServices = '/apis/apiregistration.k8s.io/v1/apiservices';

/** A group/version and the port of its backend on this machine. */
export interface Registration {
  readonly group: string;
  readonly version: string;
  readonly port: number;
  /** Signs the backend's certificate, when that is not the gateway's own authority. */
  readonly caFile?: string;
}

interface APIService {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly service?: object };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Issues a certificate for the backends. Answers with the files of certificate and key. */
export async function issueBackendPair(dataDir: string): Promise<[string, string]> {
  const command = [process.execPath, 'cmd/tributary/main.ts', 'certs', 'issue', service, `--data-dir=${dataDir}`];
  const { code, output } = await runCommand(command);
  if (code !== 0) throw new Error(`certs issue ended with ${code}: ${output}`);
  const find = (what: string): string => new RegExp(`^${what}\\s+(.+)$`, 'm').exec(output)?.[1] ?? '';
  return [find('serving certificate'), find('private key')];
}

/** Registers group/versions with their backends. */
export async function register(api: API, registrations: readonly Registration[]): Promise<void> {
  const externalName = {
    apiVersion: 'service.grafana.app/v0alpha1',
    kind: 'ExternalName',
    metadata: { name: service },
    spec: { host: '127.0.0.1' },
  };
  const path = '/apis/service.grafana.app/v0alpha1/namespaces/default/externalnames';
  const { status, body } = await api.ask(path, { method: 'POST', body: externalName });
  const isThere = 409;
  if (status >= 300 && status !== isThere) throw new Error(`POST ${path}: ${status} ${body.toString()}`);
  const objects = registrations.map(({ group, version, port, caFile }) => ({
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `${version}.${group}` },
    spec: {
      group,
      version,
      groupPriorityMinimum: 1000,
      versionPriority: 15,
      service: { name: service, namespace: 'default', port },
      ...(caFile === undefined ? {} : { caBundle: readFileSync(caFile).toString('base64') }),
    },
  }));
  await api.createAll(apiServices, objects);
}

/** Waits until every registered group/version has a verdict. Answers with how many are available. */
export async function untilJudged(api: API, seconds = 120): Promise<number> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const { items } = await api.json<{ items: readonly APIService[] }>(apiServices);
    const verdicts = items.filter(({ spec }) => spec.service !== undefined).map((each) => verdictOf(each));
    if (verdicts.every((verdict) => verdict !== 'Unknown'))
      return verdicts.filter((verdict) => verdict === 'True').length;
    if (performance.now() > deadline) throw new Error(`no verdict on all APIServices within ${seconds} s`);
    await pause(50);
  }
}

function verdictOf({ status }: APIService): string {
  return status?.conditions?.find(({ type }) => type === 'Available')?.status ?? 'Unknown';
}
