/**
 * Metrics of the process and of Node (`process_*`, `nodejs_*`) by prom-client, as text. Loaded with the first call, because
 * the package costs some 25 ms that the start does not have; the event loop and the garbage collector are observed from then on.
 */
export function newProcessMetrics(): () => Promise<string> {
  let registry: Promise<{ metrics(): Promise<string> }> | undefined;
  return async () => {
    const text = await (await (registry ??= load())).metrics();
    // prom-client writes "Nan", which the text format does not know.
    return text.replaceAll(/ Nan$/gm, ' NaN');
  };
}

async function load(): Promise<{ metrics(): Promise<string> }> {
  const { default: client } = await import('prom-client');
  const register = new client.Registry();
  client.collectDefaultMetrics({ register, eventLoopMonitoringPrecision: 20 });
  return register;
}
