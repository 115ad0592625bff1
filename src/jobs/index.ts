export { createLeases } from './leases';
export { createSweeper } from './sweeper';
export { dueAt } from './contract';
export type { Living, PendingEffect } from './contract';
