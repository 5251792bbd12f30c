import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from 'node:net';
import { once } from 'node:events';
import type { BenchContext } from './bench.ts';
import { freePort } from './free-port.ts';
import { type Place, startProcess } from './processes.ts';
import { needProgram } from './programs.ts';

/** An nginx with one worker. */
export interface Nginx {
  readonly port: number;
  /** Of the worker, which does the work. */
  readonly pid: number;
}

/** What it serves. */
export interface NginxOptions {
  readonly place: Place;
  /** Certificate and key files. */
  readonly certificate: readonly [string, string];
  /** Lines in front of the server block, such as an upstream. */
  readonly http?: string;
  /** Lines of the server block. */
  readonly server: string;
}

/** Starts nginx with a configuration of its own, TLS on a free port, HTTP/1.1 and HTTP/2. */
export async function startNginx(context: BenchContext, options: NginxOptions): Promise<Nginx> {
  const folder = await context.newFolder('nginx');
  const port = await freePort();
  await writeFile(join(folder, 'nginx.conf'), toConfiguration(folder, port, options));
  const master = await startProcess(context.scope, {
    name: 'nginx',
    place: options.place,
    command: [needProgram('nginx', 'nginx-light'), '-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'],
    parseReady: (line) => /start worker process (\d+)/.exec(line)?.[1],
  });
  await untilListening(port);
  return { port, pid: Number(master.ready) };
}

function toConfiguration(folder: string, port: number, { certificate, http = '', server }: NginxOptions): string {
  const [cert, key] = certificate;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr notice;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_timeout 300s;
  keepalive_requests 1000000000;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  ${http}
  server {
    listen 127.0.0.1:${port} ssl http2;
    ssl_certificate ${cert};
    ssl_certificate_key ${key};
    ${server}
  }
}
`;
}

async function untilListening(port: number): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await pause(20);
    } finally {
      socket.destroy();
    }
  }
}
