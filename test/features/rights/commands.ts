import type { Right } from '../../../src/core/catalog';

/**
 * The right that each command needs first; `everybody` concerns only oneself or needs none. A new command fails a test until somebody has decided here who
 * can use it.
 */
export const commandsOfRight: Readonly<Record<Right | 'everybody', readonly string[]>> = {
  everybody: [
    ...['hello', 'help', 'ask a person', 'on call', 'thanks', 'onboarding', 'settings'],
    ...['role permissions', 'role mine', 'role list', 'role request', 'data show', 'data export', 'data delete'],
  ],
  view: [
    ...[
      'plan',
      'alert list',
      'alert check',
      'alert here',
      'alert show',
      'alert maintenance windows',
      'where',
      'log',
      'deployments',
      'releases',
      'changelog',
      'approvals',
      'approvals show',
      'approvals delegations',
      'health',
      'graph show',
      'graph list',
      'graph stats',
      'graph keep',
      'graph favorites',
      'graph remove',
      'runs',
      'run favorites',
      'run remove',
      'emergency reviews',
    ],
    ...[
      'policy show',
      'policy freezes',
      'policy locks',
      'subscription announcements',
      'role who can',
      'history',
      'joke',
    ],
    ...['alias add', 'alias list', 'alias remove', 'memory remember', 'memory recall', 'memory forget'],
    ...['schedule every', 'schedule in', 'schedule at', 'schedule on', 'schedule tomorrow', 'schedule reminder'],
    ...['schedule list', 'schedule cancel', 'status', 'subscribe', 'subscription end', 'subscription list'],
    ...['pods', 'scm show', 'scm summary', 'ticket open', 'ticket list', 'tests run', 'tests history', 'tests flaky'],
    ...['subscription test', 'subscription mute', 'subscription unmute', 'subscription mutes', 'subscription digest'],
    'alert mute',
  ],
  deploy: ['deploy', 'rollback', 'promote', 'retry', 'cancel', 'emergency deploy', 'lock', 'unlock'],
  run: ['run', 'run again', 'run keep'],
  approve: ['approve', 'reject', 'approvals delegate', 'approvals take back', 'emergency review'],
  operate: [
    ...['restart', 'freeze', 'unfreeze', 'break lock', 'joke off', 'joke on'],
    ...['alert acknowledge', 'alert silence', 'alert maintenance', 'alert end maintenance'],
  ],
  announce: ['subscription announce', 'subscription setup'],
  audit: ['audit'],
  admin: ['role grant', 'role revoke', 'doctor'],
};
