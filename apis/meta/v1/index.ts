export { ageColumn } from './age-column.ts';
export type * from './types.ts';
