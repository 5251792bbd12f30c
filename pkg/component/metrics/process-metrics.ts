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
  const { user, system } = process.cpuUsage();
  client.collectDefaultMetrics({ register, eventLoopMonitoringPrecision: 20 });
  // prom-client counts from here on, and what has passed is missing from its counters.
  const passed = { user, system, '': user + system };
  for (const [kind, microseconds] of Object.entries(passed)) {
    const metric = register.getSingleMetric(`process_cpu_${kind}${kind === '' ? '' : '_'}seconds_total`);
    if (metric instanceof client.Counter) metric.inc(microseconds / 1e6);
  }
  return register;
}
