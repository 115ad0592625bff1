/** Microsoft Teams, and the playground that speaks its protocol. The only folder that knows botbuilder, dialogs aside. */

export { createTeamsConnection } from './connection';
export type { TeamsConnection } from './connection';
export { createTeamsBot } from './teams-bot';
export type { TeamsBot, TeamsBotOptions } from './teams-bot';
export type { ActivityAnswer, ActivityRequest } from './adapter';
export type { TeamsOptions, TeamsRegistration, TeamsStandIns } from './options';
export { tokenRequest } from './bot-token';
export type { TokenSource } from './bot-token';
export { groupMembersFor } from './group-members';
export { publicOpenIdUrl } from './token-check';
export { peopleSpec, placesSpec } from './place-record';
export type { KnownPlace } from './places';
