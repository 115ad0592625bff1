import type { Right } from '../../../src/core/catalog';

/**
 * Which right each command asks for before it looks at anything else; `everybody` is about oneself or needs none.
 * A new command fails a test until somebody has decided here who may say it.
 */
export const commandsOfRight: Readonly<Record<Right | 'everybody', readonly string[]>> = {
  everybody: [
    ...['hello', 'help', 'ask a person', 'thanks', 'onboarding', 'settings'],
    ...['what can i do', 'my roles', 'roles', 'access', 'my data', 'export my data', 'delete my data'],
  ],
  view: [
    ...['plan', 'where', 'log', 'deployments', 'approvals', 'delegations', 'health', 'reviews', 'policy'],
    ...['freezes', 'locks', 'announcements', 'who can', 'history', 'joke'],
    ...['alias', 'aliases', 'unalias', 'remember', 'recall', 'forget'],
    ...['every', 'in', 'at', 'on', 'tomorrow', 'remind', 'schedules', 'cancel schedule'],
    ...['status', 'subscribe', 'unsubscribe', 'subscriptions', 'subscriptions test', 'mute', 'unmute', 'digest'],
  ],
  deploy: ['deploy', 'rollback', 'promote', 'retry', 'cancel', 'emergency deploy', 'lock', 'unlock'],
  approve: ['approve', 'reject', 'delegate my approvals', 'take back my approvals', 'close review'],
  operate: ['restart', 'freeze', 'unfreeze', 'break lock', 'joke off', 'joke on'],
  announce: ['announce', 'setup'],
  audit: ['audit'],
  admin: ['grant', 'revoke', 'checklist', 'doctor'],
};
