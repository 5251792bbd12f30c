/** Severities of klog that are more than a warning, at the beginning of a line. */
const SEVERE = /^[EF]\d{4} /;
const REFUSED = /forbidden|unauthorized|unable to|not permitted|x509|tls: |panic/i;
/** A parent that was away for a moment: the log says so behind a cluster, too. */
export const ABSENCE: RegExp = /connection refused|connection reset|\bEOF\b|connection lost|GOAWAY|context canceled/;

/** Lines of a Go server's log that one which has its rights, behind a parent that answers, does not write. */
export function complaintsIn(log: string): string[] {
  return log.split('\n').filter((line) => SEVERE.test(line) || REFUSED.test(line));
}

/** When klog wrote a line, as `Date.now()` tells time: `I1121 15:39:39.433844` is in local time and has no year. */
export function timeOfLine(line: string): number {
  const [, month, day, clock] = /^[IWEF](\d\d)(\d\d) (\d\d:\d\d:\d\d\.\d{3})/.exec(line) ?? [];
  return Date.parse(`${new Date().getFullYear()}-${month}-${day}T${clock}`);
}
