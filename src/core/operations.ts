import { describeReach } from './catalog/rights';
import type { Reach } from './catalog/rights';
import { UserError } from './errors';
import { lookUp } from './keys';
import { capitalize } from './text';
import { matchesPattern } from './text/stars';

/**
 * What an act does, whichever command, button or dialog step starts it. The catalog marks operations, so a mark holds all of these. Each operation lists its
 * doors (commands as typed, buttons by their verb): a catalog that names a door is told which operation to use, and a test compares the lists with what the
 * features offer.
 */
const doors = {
  deploy: ['deploy', 'promote', 'retry', 'deployments.request'],
  'emergency-deploy': ['emergency deploy', 'emergencies.start'],
  rollback: ['rollback', 'deployments.rollback', 'deployments.rollback-service'],
  restart: ['restart', 'health.restart'],
  scale: ['rollout scale', 'workloads.scale'],
  'undo-rollout': ['rollout undo', 'workloads.undo'],
  evict: ['rollout evict', 'workloads.evict'],
  run: ['run', 'run again', 'runs.start', 'runs.rerun'],
  'cancel-run': ['runs.cancel'],
  'settle-run': ['runs.settle-again', 'runs.settle-not'],
  'run-tests': ['tests run', 'tests.again', 'tests.rerun'],
  'cancel-tests': ['tests.cancel'],
  'settle-tests': ['tests.settle-again', 'tests.settle-not'],
  'open-ticket': ['ticket open', 'tickets.open', 'tickets.report'],
  'comment-ticket': ['tickets.comment'],
  'move-ticket': ['tickets.move'],
  cancel: ['cancel', 'deployments.cancel'],
  settle: ['deployments.settle-ran', 'deployments.settle-again', 'deployments.settle-not'],
  approve: ['approve', 'approvals.approve', 'approvals.approve-with-note', 'approvals.approve-chosen'],
  reject: ['reject', 'approvals.reject'],
  delegate: ['approvals delegate'],
  'end-delegation': ['approvals take back'],
  review: ['emergency review', 'emergencies.close'],
  freeze: ['freeze'],
  unfreeze: ['unfreeze', 'freezes.end'],
  acknowledge: ['alert acknowledge', 'alerts.acknowledge', 'alerts.unacknowledge'],
  silence: ['alert silence', 'alerts.silence', 'alerts.end-silence'],
  maintain: ['alert maintenance', 'alert end maintenance', 'alerts.end-maintenance'],
  recheck: ['alert check', 'alerts.recheck'],
  'remind-reviewers': ['scm.remind'],
  lock: ['lock'],
  unlock: ['unlock', 'locks.unlock'],
  'keep-lock': ['locks.keep'],
  'break-lock': ['break lock'],
  grant: ['role grant', 'onboarding.setup'],
  revoke: ['role revoke'],
  'request-access': ['role request', 'onboarding.answer', 'onboarding.guide'],
  announce: ['subscription announce', 'onboarding.setup'],
  subscribe: [
    ...['subscribe', 'subscription end', 'subscription mute', 'subscription unmute', 'subscription digest'],
    ...['subscription test', 'subscription setup', 'subscriptions.unmute', 'alert mute', 'alerts.mute'],
    ...['onboarding.setup', 'onboarding.answer', 'onboarding.guide'],
  ],
  settings: [
    ...['onboarding', 'onboarding.answer', 'onboarding.skip', 'onboarding.leave', 'onboarding.change'],
    'onboarding.guide',
  ],
  alias: ['alias add'],
  unalias: ['alias remove'],
  remember: ['memory remember'],
  forget: ['memory forget'],
  'keep-graph': ['graph keep', 'graphs.keep'],
  'remove-graph': ['graph remove'],
  'keep-run': ['run keep'],
  'remove-run': ['run remove'],
  schedule: [
    ...['schedule every', 'schedule in', 'schedule at', 'schedule on', 'schedule tomorrow', 'schedule reminder'],
  ],
  'cancel-schedule': ['schedule cancel'],
  jokes: ['joke on', 'joke off'],
  'ask-for-help': ['ask a person'],
  'delete-data': ['data delete', 'privacy.delete'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Operation = keyof typeof doors;

/** `look` changes nothing; `answer` answers a question that Gavel asked this person. Neither can be marked. */
export type DoorOperation = Operation | 'look' | 'answer';

export const operations = Object.keys(doors) as readonly Operation[];

/** The commands, buttons and dialogs that do this. */
export function doorsOf(operation: Operation): readonly string[] {
  return doors[operation];
}

type Phrase = readonly [phrase: string, link?: string, verb?: string];

/** How people say it, the word before what it is done to, and the verb before a number, such as `A-101`, if that isn’t both. */
const phrases: Readonly<Record<Exclude<DoorOperation, 'look'>, Phrase>> = {
  deploy: ['deploy'],
  'emergency-deploy': ['do an emergency deployment', 'of'],
  rollback: ['roll back'],
  restart: ['restart'],
  scale: ['scale'],
  'undo-rollout': ['undo the rollout', 'of'],
  evict: ['remove pods', 'of'],
  run: ['run a pipeline'],
  'cancel-run': ['cancel a run', '', 'cancel'],
  'settle-run': ['report the outcome of a run', '', 'report the outcome of'],
  'run-tests': ['run tests', 'of'],
  'cancel-tests': ['cancel tests', 'of'],
  'settle-tests': ['report the outcome of tests', 'of'],
  'open-ticket': ['open a ticket', 'about'],
  'comment-ticket': ['comment on a ticket', 'about'],
  'move-ticket': ['move a ticket', 'about'],
  cancel: ['cancel'],
  settle: ['report the outcome', 'of'],
  approve: ['approve'],
  reject: ['reject'],
  delegate: ['delegate approvals', 'to'],
  'end-delegation': ['end a delegation'],
  review: ['close the emergency review', 'of'],
  freeze: ['freeze'],
  unfreeze: ['unfreeze'],
  acknowledge: ['acknowledge alerts', 'of', 'acknowledge'],
  silence: ['silence alerts', 'of', 'silence'],
  maintain: ['plan maintenance', 'of'],
  recheck: ['check again'],
  'remind-reviewers': ['remind reviewers', 'of'],
  lock: ['lock'],
  unlock: ['unlock'],
  'keep-lock': ['keep the lock', 'on'],
  'break-lock': ['break the lock', 'on'],
  grant: ['grant roles', 'on'],
  revoke: ['revoke roles', 'on'],
  'request-access': ['request access', 'to'],
  announce: ['choose the channel', 'of'],
  subscribe: ['change notifications', 'about'],
  settings: ['change settings'],
  alias: ['save an alias'],
  unalias: ['remove an alias'],
  remember: ['save a memory'],
  forget: ['remove a memory'],
  'keep-graph': ['keep a graph', 'of'],
  'remove-graph': ['remove a graph'],
  'keep-run': ['keep a run'],
  'remove-run': ['remove a saved run'],
  schedule: ['create a schedule'],
  'cancel-schedule': ['cancel a schedule'],
  jokes: ['turn jokes on or off', 'in'],
  'ask-for-help': ['ask a person for help'],
  'delete-data': ['delete stored data'],
  answer: ['answer a question from Gavel'],
};

/** Completes “You can’t …” and “tried to …”: `roll back shop in production`, `grant roles on shop`. */
export function describeOperation(operation: Exclude<DoorOperation, 'look'>, target = ''): string {
  const [phrase, link = ''] = phrases[operation];
  return target === '' ? phrase : [phrase, link, target].filter(Boolean).join(' ');
}

/** The same about one thing that has a number: `silence A-101`. */
export function describeOperationOn(operation: Exclude<DoorOperation, 'look'>, number: string): string {
  const [, , verb] = phrases[operation];
  return verb === undefined || number === '' ? describeOperation(operation, number) : `${verb} ${number}`;
}

/** What a command or a button does; several operations if that depends on a choice. Empty: it changes nothing, or there is no such door. */
export function operationsBehind(door: string): readonly Operation[] {
  const name = currentName(door);
  return operations.filter((operation) => doorsOf(operation).includes(name));
}

/** Names of commands in earlier versions. Catalogs and gates can still contain them, and the audit log and telemetry keep one name forever. */
const formerNames: Readonly<Record<string, string>> = {
  'delegate my approvals': 'approvals delegate',
  'take back my approvals': 'approvals take back',
  'close review': 'emergency review',
  grant: 'role grant',
  revoke: 'role revoke',
  access: 'role request',
  announce: 'subscription announce',
  unsubscribe: 'subscription end',
  'subscriptions test': 'subscription test',
  mute: 'subscription mute',
  unmute: 'subscription unmute',
  digest: 'subscription digest',
  setup: 'subscription setup',
  alias: 'alias add',
  unalias: 'alias remove',
  remember: 'memory remember',
  forget: 'memory forget',
  every: 'schedule every',
  in: 'schedule in',
  at: 'schedule at',
  on: 'schedule on',
  tomorrow: 'schedule tomorrow',
  remind: 'schedule reminder',
  'cancel schedule': 'schedule cancel',
  'delete my data': 'data delete',
  'export my data': 'data export',
  'my data': 'data show',
  delegations: 'approvals delegations',
  reviews: 'emergency reviews',
  policy: 'policy show',
  freezes: 'policy freezes',
  locks: 'policy locks',
  'who can': 'role who can',
  'what can i do': 'role permissions',
  'my roles': 'role mine',
  roles: 'role list',
  announcements: 'subscription announcements',
  subscriptions: 'subscription list',
  aliases: 'alias list',
  recall: 'memory recall',
  schedules: 'schedule list',
};
const recordedNames = new Map(Object.entries(formerNames).map(([former, name]) => [name, former]));

/** The current name of a command that an earlier version may have written. */
export function currentName(command: string): string {
  return lookUp(formerNames, command) ?? command;
}

/** The name of a command in the audit log, the history and telemetry: it stays when the command is renamed. */
export function recordedName(command: string): string {
  return recordedNames.get(command) ?? command;
}

/** One thing that is about to be done, and to what. */
export interface Act {
  readonly operation: Operation;
  /** Without a service or environment: all of them. */
  readonly reach: Reach;
  /** The pipeline that it starts, as `<connection>/<pipeline>`; omitted if it starts none. */
  readonly pipeline?: string;
  /** Which release, lock or freeze there, in words, if the operation and its reach don't say that. */
  readonly thing?: string;
  /** The same as fields. After an approval, `run` gets them back and does exactly this, or says why it doesn't. Missing in old records. */
  readonly details?: Readonly<Record<string, string>>;
}

/** Says that what somebody confirmed or approved has changed. `what` is plain text. */
export function changedSinceAsked(what: string): UserError {
  return new UserError(
    `“${what}” didn’t run. Either it was already done, or it would no longer do what was requested. Check the current state, and request it again if you still need it.`,
  );
}

/** The smallest reach that covers all of them: where the acts differ, it covers everything. */
export function reachOfAll(acts: readonly Act[]): Reach {
  const [first] = acts;
  if (!first) return {};
  const { service, environment } = first.reach;
  return {
    ...(acts.every((act) => act.reach.service === service) && service !== undefined && { service }),
    ...(acts.every((act) => act.reach.environment === environment) && environment !== undefined && { environment }),
  };
}

/** `Unlock (shop in staging), deploy 2.14.0, commit 1270b25 (shop in staging)`: what is about to be done, if its line doesn't say so. */
export function describeActs(acts: readonly Act[]): string {
  const words = acts.map(({ operation, reach, thing }) => {
    const where = describeReach(reach);
    const what = thing === undefined ? '' : ` ${thing}`;
    return `${operation.replaceAll('-', ' ')}${what}${where === '' ? '' : ` (${where})`}`;
  });
  const all = [...new Set(words)].join(', ');
  return capitalize(all);
}

/** A catalog line that marks an operation, everywhere or in some environments. */
interface Mark {
  readonly operation: Operation;
  readonly environments?: readonly string[];
  /** Patterns of pipelines; omitted: all of them. */
  readonly pipelines?: readonly string[] | undefined;
}

/** Whether the mark holds this act. An act that names no environment affects all of them. */
export function isMarkedBy({ operation, environments, pipelines }: Mark, act: Act): boolean {
  const { operation: done, reach, pipeline } = act;
  if (operation !== done) return false;
  if (pipelines && !pipelines.some((pattern) => pipeline !== undefined && matchesPattern(pipeline, pattern)))
    return false;
  return environments === undefined || reach.environment === undefined || environments.includes(reach.environment);
}

/** The first mark that requires a second approval for one of these acts, whoever does them. */
export function secondApprovalMark<SecondApproval extends Mark & { readonly approval: { readonly required: number } }>(
  { fourEyes }: { readonly fourEyes: readonly SecondApproval[] },
  acts: readonly Act[],
): SecondApproval | undefined {
  return fourEyes.find((mark) => mark.approval.required > 0 && acts.some((act) => isMarkedBy(mark, act)));
}
