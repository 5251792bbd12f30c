import { hasReason, isStatusError } from '../../apimachinery/errors/status-error.ts';

/** Tells that the revision is too old for the server, or lies in its future, as after a restore: only a list helps. */
export function isExpired(error: unknown): boolean {
  if (!isStatusError(error)) return false;
  if (error.code === 410 || hasReason(error, 'Expired') || hasReason(error, 'Gone')) return true;
  const causes = error.status.details?.causes ?? [];
  return causes.some((cause) => cause.reason === 'ResourceVersionTooLarge');
}

/**
 * Tells whether to list before watching again. A broken connection and a busy server are asked again from where the stream
 * stopped; any other refusal may concern the stream itself.
 */
export function mustListAgain(error: unknown): boolean {
  return isExpired(error) || (isStatusError(error) && error.code !== 429 && error.code !== 503);
}
