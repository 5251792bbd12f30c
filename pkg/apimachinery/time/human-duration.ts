/**
 * A duration as people read it, with at most two units and more precision where it is short: `5s`, `2m30s`, `3h`, `5d`, `2y35d` (Go:
 * `duration.HumanDuration`).
 */
export function toHumanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return two(minutes, 'm', { rest: seconds % 60, unit: 's' });
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return two(hours, 'h', { rest: minutes % 60, unit: 'm' });
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return two(days, 'd', { rest: hours % 24, unit: 'h' });
  if (hours < 24 * 365 * 2) return `${days}d`;
  const years = Math.floor(days / 365);
  if (hours < 24 * 365 * 8) return two(years, 'y', { rest: days % 365, unit: 'd' });
  return `${years}y`;
}

function two(count: number, unit: string, second: { rest: number; unit: string }): string {
  return second.rest === 0 ? `${count}${unit}` : `${count}${unit}${second.rest}${second.unit}`;
}

/** The `Age` cell of a table: the time since an RFC 3339 timestamp, `<unknown>` without one. */
export function toAge(timestamp: string | null | undefined, now: number): string {
  const then = Date.parse(timestamp ?? '');
  return Number.isNaN(then) ? '<unknown>' : toHumanDuration(now - then);
}
