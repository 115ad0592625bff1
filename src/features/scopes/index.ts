export type { Entry } from './entry';
export { kindOf, mayChangeOthers, readScope, scopeWords } from './scope';
export type { ScopeKind } from './scope';
export { createShelf } from './shelf';
export type { Shelf } from './shelf';
