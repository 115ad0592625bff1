import type { Operation } from '../../../src/core/operations';
import {
  asked,
  became,
  channel,
  click,
  closed,
  deployTwice,
  emergency,
  failedRun,
  failedTests,
  firing,
  granted,
  id,
  key,
  lockedBy,
  noLonger,
  openTicket,
  person,
  pick,
  preparedRun,
  preparedTicket,
  questioned,
  record,
  request,
  reruns,
  reviewed,
  say,
  service,
  startedRun,
  startedTests,
  unclear,
  unclearRun,
  unclearTests,
  waitingApproval,
  where,
  without,
  withWord,
} from './prepare';
import type { At } from './prepare';
import type { Words } from './stage';

/** One way to do an operation, with its preparation and how to see that it was done. */
export interface Door {
  readonly operation: Operation;
  /** The command, the verb or the dialog. */
  readonly door: string;
  /** Who uses it: `member` has every right, `guest` has none. */
  readonly by: 'member' | 'guest';
  /** What has to exist first; fills `at.ids`. */
  prepare?(at: At): Promise<void>;
  act(at: At): Promise<unknown>;
  /** The record whose writing means that it was done: its collection, and words in it. */
  readonly deed: readonly [collection: string, words: (at: At) => Words];
}

const member = { by: 'member' } as const;
const guest = { by: 'guest' } as const;
const line = (
  operation: Operation,
  door: string,
  text: (at: At) => string,
  deed: Door['deed'],
  prepare?: Door['prepare'],
): Door => ({ ...member, operation, door, act: say(text), deed, ...(prepare && { prepare }) });
const button = (
  operation: Operation,
  door: string,
  data: (at: At) => object,
  deed: Door['deed'],
  prepare?: Door['prepare'],
): Door => ({ ...member, operation, door, act: click(door, data), deed, ...(prepare && { prepare }) });

const setup = (operation: Operation, deed: Door['deed']): Door =>
  button(
    operation,
    'onboarding.setup',
    (at) => ({
      id: at.channel.id,
      services: at.service,
      environments: 'production',
      cards: 'true',
      approver: at.danaId,
    }),
    deed,
    asked('setup', 'setup-places', channel),
  );
const answer = (operation: Operation, door: string, act: Door['act']): Door => ({
  ...guest,
  operation,
  door,
  prepare: questioned,
  act,
  deed: ['onboarding', person],
});
const checked = (at: At): Words => [`"${where(at)}"`, '"outcome":"checked"'];
const dana = { id: 'entra:somebody', name: 'Dana Developer' };
const acknowledged = {
  ...{
    state: 'acknowledged' as const,
    acknowledged: { by: dana, comment: '', at: 0, severity: 'warning' as const, until: Date.now() + 3_600_000 },
  },
};
const silenced = { silenced: { by: dana, comment: 'tests', at: 0, until: Date.now() + 3_600_000 } };
const subscribed = asked('subscribe $service', 'hearings', channel);
const grantLine = 'grant operator on $service in production to Dana Developer';

/** One that the workload of these tests has. */
const shownPod = 'shop-7d9f8-x2k4q';

/** Every way that does something; those that only open a form aren't included. */
export const doors: readonly Door[] = [
  {
    ...member,
    operation: 'deploy',
    door: 'deployments.request',
    prepare: async (at) => void Object.assign(at.ids, await pick(at, '2.14.0', 'production')),
    act: click('deployments.request', (at) => ({ ...at.ids, environment: 'production' })),
    deed: ['deployments', service],
  },
  button(
    'emergency-deploy',
    'emergencies.start',
    (at) => ({ ...id(at), reason: 'nobody can pay' }),
    ['deployments', service],
    emergency,
  ),
  button(
    'rollback',
    'deployments.rollback',
    (at) => ({ ...id(at), reason: 'slow' }),
    ['deployments', service],
    deployTwice,
  ),
  button(
    'rollback',
    'deployments.rollback-service',
    (at) => ({ id: key(at, 'staging'), reason: 'slow' }),
    ['deployments', service],
    deployTwice,
  ),
  line('restart', 'restart', (at) => `restart ${where(at)} because it is slow`, ['restarts', service]),
  line('scale', 'rollout scale', (at) => `scale ${where(at)} to 5`, ['workload-changes', service]),
  button('scale', 'workloads.scale', (at) => ({ id: key(at), count: '5', why: 'slow' }), ['workload-changes', service]),
  line('undo-rollout', 'rollout undo', (at) => `rollout undo ${where(at)} to 2`, ['workload-changes', service]),
  button('undo-rollout', 'workloads.undo', (at) => ({ id: key(at), number: '2', why: 'slow' }), [
    'workload-changes',
    service,
  ]),
  line('evict', 'rollout evict', (at) => `remove pod ${shownPod} of ${where(at)}`, ['workload-changes', service]),
  button('evict', 'workloads.evict', (at) => ({ id: `${key(at)}/${shownPod}`, why: 'slow' }), [
    'workload-changes',
    service,
  ]),
  button('restart', 'health.restart', (at) => ({ id: key(at), why: 'slow' }), ['restarts', service]),
  line(
    'cancel',
    'cancel',
    (at) => `cancel D-${at.ids['number']}`,
    ['deployments', record],
    (at) => request(at, '2.14.0', 'production', at.ada),
  ),
  button('cancel', 'deployments.cancel', id, ['deployments', record], (at) =>
    request(at, '2.14.0', 'production', at.ada),
  ),
  ...(['ran', 'again', 'not'] as const).map((as) =>
    button('settle', `deployments.settle-${as}`, id, ['deployments', record], (at) => unclear(at, as)),
  ),
  line('approve', 'approve', (at) => `approve ${at.ids['label']}`, ['approvals', became('approved')], waitingApproval),
  button('approve', 'approvals.approve', id, ['approvals', became('approved')], waitingApproval),
  button(
    'approve',
    'approvals.approve-with-note',
    (at) => ({ ...id(at), note: 'looked at it' }),
    ['approvals', became('approved')],
    waitingApproval,
  ),
  button(
    'approve',
    'approvals.approve-chosen',
    (at) => ({ id: 'chosen', chosen: record(at) }),
    ['approvals', became('approved')],
    waitingApproval,
  ),
  line(
    'reject',
    'reject',
    (at) => `reject ${at.ids['label']} because no`,
    ['approvals', became('rejected')],
    waitingApproval,
  ),
  button(
    'reject',
    'approvals.reject',
    (at) => ({ ...id(at), reason: 'no' }),
    ['approvals', became('rejected')],
    waitingApproval,
  ),
  line('delegate', 'approvals delegate', () => 'delegate my approvals to Ada Admin until Friday', [
    'delegations',
    person,
  ]),
  line(
    'end-delegation',
    'approvals take back',
    () => 'take back my approvals',
    ['delegations', person],
    asked('delegate my approvals to Ada Admin until Friday', 'delegations', person),
  ),
  line(
    'review',
    'emergency review',
    (at) => `close review D-${at.ids['number']} because it was right`,
    ['emergency-reviews', closed],
    reviewed,
  ),
  button(
    'review',
    'emergencies.close',
    (at) => ({ ...id(at), findings: 'right' }),
    ['emergency-reviews', closed],
    reviewed,
  ),
  line('freeze', 'freeze', (at) => `freeze ${at.hold} until Friday because of tests`, ['freezes', (at) => at.hold]),
  line(
    'unfreeze',
    'unfreeze',
    (at) => `unfreeze ${at.hold} because it is over`,
    ['freezes', (at) => at.hold],
    asked('freeze $hold until Friday because of tests', 'freezes', (at) => at.hold),
  ),
  button(
    'unfreeze',
    'freezes.end',
    (at) => ({ ...id(at), why: 'it is over' }),
    ['freezes', (at) => at.hold],
    asked('freeze $hold until Friday because of tests', 'freezes', (at) => at.hold),
  ),
  line(
    'acknowledge',
    'alert acknowledge',
    (at) => `alert acknowledge ${at.ids['label']}`,
    ['alerts', became('acknowledged')],
    firing(),
  ),
  button('acknowledge', 'alerts.acknowledge', id, ['alerts', became('acknowledged')], firing()),
  button('acknowledge', 'alerts.unacknowledge', id, ['alerts', became('firing')], firing(acknowledged)),
  line(
    'silence',
    'alert silence',
    (at) => `alert silence ${at.ids['label']} for 2h because of tests`,
    ['alerts', withWord('silenced')],
    firing(),
  ),
  button(
    'silence',
    'alerts.silence',
    (at) => ({ ...id(at), why: 'tests' }),
    ['alerts', withWord('silenced')],
    firing(),
  ),
  button('silence', 'alerts.end-silence', id, ['alerts', without('silenced')], firing(silenced)),
  line('maintain', 'alert maintenance', (at) => `alert maintenance ${where(at)} for 2h because of tests`, [
    'maintenance',
    service,
  ]),
  line(
    'maintain',
    'alert end maintenance',
    (at) => `alert end maintenance ${where(at)}`,
    ['maintenance', (at) => [service(at), '"ended":{']],
    asked('alert maintenance $service in production for 2h because of tests', 'maintenance', service),
  ),
  button(
    'maintain',
    'alerts.end-maintenance',
    id,
    ['maintenance', (at) => [service(at), '"ended":{']],
    asked('alert maintenance $service in production for 2h because of tests', 'maintenance', service),
  ),
  line('recheck', 'alert check', (at) => `alert check ${where(at)}`, ['audit', checked]),
  button('recheck', 'alerts.recheck', id, ['audit', checked], firing()),
  button(
    'remind-reviewers',
    'scm.remind',
    (at) => ({ id: at.service }),
    ['review-reminders', service],
    asked('announce $service', 'announcements', service),
  ),
  line('lock', 'lock', (at) => `lock ${where(at)} because I measure`, ['locks', service]),
  line('unlock', 'unlock', (at) => `unlock ${where(at)}`, ['locks', service], lockedBy('who')),
  button('unlock', 'locks.unlock', (at) => ({ id: key(at) }), ['locks', service], lockedBy('who')),
  button('keep-lock', 'locks.keep', (at) => ({ id: key(at) }), ['locks', service], lockedBy('who')),
  line(
    'break-lock',
    'break lock',
    (at) => `break lock ${where(at)} because they left`,
    ['locks', service],
    lockedBy('ada'),
  ),
  line('grant', 'role grant', (at) => grantLine.replace('$service', at.service), ['granted-rights', granted]),
  setup('grant', ['granted-rights', granted]),
  setup('announce', ['announcements', service]),
  setup('subscribe', ['hearings', channel]),
  line(
    'revoke',
    'role revoke',
    (at) => `revoke operator on ${where(at)} from Dana Developer because it is over`,
    ['granted-rights', noLonger],
    asked(grantLine, 'granted-rights', service),
  ),
  {
    ...guest,
    operation: 'request-access',
    door: 'role request',
    act: say((at) => `access operator on ${at.service} because I join`),
    deed: ['access-requests', person],
  },
  line('announce', 'subscription announce', (at) => `announce ${at.service} here`, ['announcements', service]),
  line('subscribe', 'subscribe', (at) => `subscribe ${at.service}`, ['hearings', channel]),
  line('subscribe', 'subscription end', (at) => `unsubscribe ${at.service}`, ['hearings', channel], subscribed),
  line('subscribe', 'subscription mute', () => 'mute 2h', ['hearings', channel], subscribed),
  button(
    'subscribe',
    'subscriptions.unmute',
    id,
    ['mutes', (at) => [record(at), '"endedAt":']],
    asked('mute $service in production for 2h', 'mutes', service),
  ),
  line('subscribe', 'alert mute', (at) => `alert mute ${at.ids['label']} for 2h`, ['mutes', service], firing()),
  button('subscribe', 'alerts.mute', id, ['mutes', service], firing()),
  line(
    'subscribe',
    'subscription unmute',
    () => 'unmute',
    ['hearings', channel],
    async (at) => {
      await subscribed(at);
      const since = at.stage.writes.length;
      await at.stage.say(at.who, at.channel, 'mute 2h');
      await at.stage.written('hearings', channel(at), since);
    },
  ),
  line('subscribe', 'subscription digest', () => 'digest daily at 9', ['hearings', channel], subscribed),
  line(
    'subscribe',
    'subscription test',
    () => 'subscriptions test',
    ['messages', () => 'subscription-test:'],
    subscribed,
  ),
  answer(
    'settings',
    'onboarding.answer',
    click('onboarding.answer', () => ({ id: 'work', answer: 'ship' }), true),
  ),
  answer(
    'settings',
    'onboarding.skip',
    click('onboarding.skip', () => ({ id: 'work' }), true),
  ),
  answer(
    'settings',
    'onboarding.leave',
    click('onboarding.leave', () => ({ id: 'work' }), true),
  ),
  answer(
    'settings',
    'onboarding.change',
    click('onboarding.change', () => ({ id: 'change', what: 'services' }), true),
  ),
  answer(
    'settings',
    'onboarding.guide',
    say(() => 'I ship things', true),
  ),
  line('alias', 'alias add', () => 'alias holds = locks', ['aliases', person]),
  line(
    'unalias',
    'alias remove',
    () => 'unalias holds',
    ['aliases', person],
    asked('alias holds = locks', 'aliases', person),
  ),
  line('remember', 'memory remember', () => 'remember release day is Thursday', ['memories', person]),
  line(
    'forget',
    'memory forget',
    () => 'forget release day',
    ['memories', person],
    asked('remember release day is Thursday', 'memories', person),
  ),
  line('keep-graph', 'graph keep', (at) => `graph keep p95 of ${where(at)} as checkout`, ['favorites', person]),
  button('keep-graph', 'graphs.keep', (at) => ({ id: `${key(at)}/60/p95`, name: 'checkout' }), ['favorites', person]),
  line(
    'remove-graph',
    'graph remove',
    () => 'graph remove checkout',
    ['favorites', person],
    asked('graph keep p95 of $service in production as checkout', 'favorites', person),
  ),
  button('run', 'runs.start', id, ['pipeline-runs', became('starting')], preparedRun),
  button('run', 'runs.rerun', id, ['pipeline-runs', reruns], failedRun),
  button('cancel-run', 'runs.cancel', id, ['pipeline-runs', withWord('cancelRequestedBy')], startedRun),
  button('settle-run', 'runs.settle-again', id, ['pipeline-runs', became('starting')], unclearRun),
  button('settle-run', 'runs.settle-not', id, ['pipeline-runs', became('canceled')], unclearRun),
  line('keep-run', 'run keep', (at) => `run keep R-${at.ids['number']} as smoke`, ['saved-runs', person], startedRun),
  line(
    'remove-run',
    'run remove',
    () => 'run remove smoke',
    ['saved-runs', person],
    async (at) => {
      await startedRun(at);
      const since = at.stage.writes.length;
      await at.stage.say(at.who, at.channel, `run keep R-${at.ids['number']} as smoke`);
      await at.stage.written('saved-runs', person(at), since);
    },
  ),
  line('run-tests', 'tests run', (at) => `tests smoke on ${at.service} in production`, [
    'test-runs',
    (at) => [at.service, '"state":"starting"'],
  ]),
  button('run-tests', 'tests.again', id, ['test-runs', (at) => [at.service, '"state":"starting"']], failedTests),
  button('run-tests', 'tests.rerun', id, ['test-runs', (at) => [at.service, '"rerunOf":']], failedTests),
  button('cancel-tests', 'tests.cancel', id, ['test-runs', withWord('cancelRequestedBy')], startedTests),
  button('settle-tests', 'tests.settle-again', id, ['test-runs', became('starting')], unclearTests),
  button('settle-tests', 'tests.settle-not', id, ['test-runs', became('canceled')], unclearTests),
  button('open-ticket', 'tickets.open', id, ['tickets', (at) => [record(at), '"phase":"opening"']], preparedTicket),
  button(
    'open-ticket',
    'tickets.report',
    (at) => ({ id: `alert/${record(at)}` }),
    ['tickets', (at) => [at.service, '"phase":"opening"']],
    firing(),
  ),
  button(
    'comment-ticket',
    'tickets.comment',
    (at) => ({ ...id(at), comment: 'on it', revision: '0' }),
    ['tickets', (at) => [record(at), '"changes":1']],
    openTicket,
  ),
  button(
    'move-ticket',
    'tickets.move',
    (at) => ({ ...id(at), to: 'done', revision: '0' }),
    ['tickets', (at) => [record(at), '"changes":1']],
    openTicket,
  ),
  line('schedule', 'schedule every', () => 'every weekday at 9 locks', ['schedules', person]),
  line('schedule', 'schedule in', () => 'in 2 hours remind me to look', ['schedules', person]),
  line('schedule', 'schedule at', () => 'at 23:59 remind me to look', ['schedules', person]),
  line('schedule', 'schedule on', () => 'on Friday at 16:00 remind me to look', ['schedules', person]),
  line('schedule', 'schedule tomorrow', () => 'tomorrow at 9 remind me to look', ['schedules', person]),
  line('schedule', 'schedule reminder', () => 'remind me to look in 2 hours', ['schedules', person]),
  line(
    'cancel-schedule',
    'schedule cancel',
    (at) => `cancel schedule ${at.ids['number']}`,
    ['schedules', person],
    async (at) => {
      await asked('in 2 hours remind me to look', 'schedules', person)(at);
      at.ids['number'] = String(((await at.stage.written('schedules', at.whoId)).value as { number: number }).number);
    },
  ),
  line('jokes', 'joke on', () => 'joke on', ['jokes', channel]),
  line('jokes', 'joke off', () => 'joke off', ['jokes', channel]),
  {
    ...guest,
    operation: 'ask-for-help',
    door: 'ask a person',
    act: say(() => 'ask a person how do I begin'),
    deed: ['messages', () => 'help:'],
  },
  {
    ...guest,
    operation: 'delete-data',
    door: 'privacy.delete',
    prepare: asked('delete my data', 'data-deletions', person),
    act: click('privacy.delete', id, true),
    deed: ['data-deletions', record],
  },
];
