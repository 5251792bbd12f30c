export { leaseKind } from './lease.ts';
export type { Lease } from './lease-schema.ts';
