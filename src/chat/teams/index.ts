/** Microsoft Teams, and the playground that uses its protocol. The only folder that imports botbuilder, apart from dialogs. */

export { createTeamsConnection } from './connection';
export type { TeamsConnection } from './connection';
export { createTeamsBot } from './bot';
export type { TeamsRegistration, TeamsStandIns } from './connection';
export { tokenRequest } from './auth/authentication';
export type { TokenSource } from './auth/authentication';
export { groupMembersFor } from './directory/roster';
export { publicOpenIdUrl } from './auth/token-check';
export { peopleSpec, placesSpec } from './directory/place-record';
export type { KnownPlace } from './directory/place-record';
