export { createLeases } from './leases';
export type { Leases } from './leases';
export { createSweeper } from './sweeper';
export { dueAt } from './contract';
export type { Living, PendingEffect, Sweepable, Sweeper } from './contract';
