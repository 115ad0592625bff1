/** All a feature knows about chat, and all that chat knows of a feature. Nothing here names a chat tool. */

export type { CardContent, Content, Mention, Outcome, Person, Place, Reply, TextContent, Turn } from './turn';
export { contentOf, turnOnBehalfOf } from './turn';
export type { Destination, MessageFate, MessageState, Outbox, OutboxMessage } from './outbox';
export type { ArgumentKind, ArgumentSpec, Arguments } from './arguments';
export { defineAction } from './command';
export type { Action, Command, Door, Topic } from './command';
export { dialogTurn } from './dialog';
export type { ChatDialog, DialogLibrary } from './dialog';
export type { PersonalData } from './personal-data';
export type { Feature } from './feature';
export type { Asked, EndedTurn, ResolveAlias, Guard, RecordTurn, Prepared } from './around';
