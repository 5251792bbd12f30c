export { eventKind } from './event.ts';
export type { Event } from './event-schema.ts';
