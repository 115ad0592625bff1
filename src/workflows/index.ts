export type { PendingEffect as StoredEffect } from '../jobs/contract';
export type * from './contract';
export { isUnfinished, upgradePending } from './open';
export { defineWorkflow } from './define';
export { openWorkflow } from './open';
