export type { ScopedEntry, ScopeKind } from './record';
export { describeScope, kindOf, readScope } from './record';
export { createScopedStore } from './store';
export type { ScopedStore } from './store';
