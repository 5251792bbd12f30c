import type { SecureServer } from '../../../pkg/apiserver/server/secure-server.ts';
import { CommandError } from '../usage-error.ts';
import { findPortOwner } from './port-owner.ts';

/** Binds, or throws a `CommandError` that names what is in the way and how to get around it. */
export async function listen(server: SecureServer, host: string, port: number): Promise<number> {
  try {
    return (await server.listen({ host, port })).port;
  } catch (error) {
    throw new CommandError(await describe(error as NodeJS.ErrnoException, host, port), error);
  }
}

async function describe(error: NodeJS.ErrnoException, host: string, port: number): Promise<string> {
  switch (error.code ?? '') {
    case 'EADDRINUSE': {
      const owner = await findPortOwner(port);
      const who = owner === undefined ? 'another process' : owner;
      return `port ${port} on ${host} is taken by ${who}; stop it, or choose another port with --secure-port (0 takes any free one)`;
    }
    case 'EADDRNOTAVAIL':
      return `this machine has no address ${host}; choose one that it has with --bind-address`;
    case 'EACCES':
      return `the system does not let this user listen on port ${port}; choose a port above 1023 with --secure-port`;
    default:
      return `cannot listen on ${host}, port ${port}: ${error.message}`;
  }
}
