export type { Entry } from './entry';
export { kindOf, readScope, describeScope } from './scope';
export type { ScopeKind } from './scope';
export { createShelf } from './shelf';
export type { Shelf } from './shelf';
