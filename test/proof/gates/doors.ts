import type { Operation } from '../../../src/core/operations';
import type { SampleConversation, SamplePerson } from '../../../src/playground/world';
import { deploymentsSpec } from '../../../src/features/deployments/record';
import type { Deployment } from '../../../src/features/deployments/contract';
import { eventually } from '../harness';
import type { Stage, Words } from './stage';

/** One way to do an operation, with what it needs to be done and how to see that it was. */
export interface Door {
  readonly operation: Operation;
  /** The command, the verb or the dialog. */
  readonly door: string;
  /** Who uses it: `member` has every right, `guest` has none. */
  readonly by: 'member' | 'guest';
  /** What has to be there before; fills `at.ids`. */
  prepare?(at: At): Promise<void>;
  act(at: At): Promise<unknown>;
  /** The record whose writing means that it was done: its collection, and words of it. */
  readonly deed: readonly [collection: string, words: (at: At) => Words];
}

/** A service, a channel, an environment and a person that no other door uses. */
export interface At {
  readonly stage: Stage;
  readonly number: number;
  readonly service: string;
  readonly hold: string;
  readonly channel: SampleConversation;
  readonly personal: SampleConversation;
  readonly who: SamplePerson;
  readonly whoId: string;
  /** Somebody else with every right, and the one who approves. */
  readonly ada: SamplePerson;
  readonly avery: SamplePerson;
  readonly danaId: string;
  readonly ids: Record<string, string>;
}

const say =
  (text: (at: At) => string, inPrivate = false) =>
  (at: At) =>
    at.stage.say(at.who, inPrivate ? at.personal : at.channel, text(at));
const click =
  (verb: string, data: (at: At) => object, inPrivate = false) =>
  (at: At) =>
    at.stage.click(at.who, inPrivate ? at.personal : at.channel, verb, data(at));
const id = (at: At): object => ({ id: at.ids['id'] });
const where = ({ service }: At, environment = 'production'): string => `${service} in ${environment}`;
const key = ({ service }: At, environment = 'production'): string => `${service}/${environment}`;
const service = (at: At): string => `"${at.service}"`;
const person = (at: At): string => at.whoId;
const channel = (at: At): string => at.channel.id;
const record = (at: At): string => at.ids['id'] ?? '?';
/** The whole ledger is one record. */
const granted = service;
const noLonger = (at: At) => (text: string) => !text.includes(service(at));
const became = (state: string) => (at: At) => (text: string) =>
  text.startsWith(`["${record(at)}"`) && text.includes(`"state":"${state}"`);

/** Opens the picker and leaves its id. */
async function pick(at: At, release: string, environment: string, by = at.who): Promise<object> {
  const since = at.stage.writes.length;
  await at.stage.say(by, at.channel, `deploy ${at.service} ${release} to ${environment}`);
  const picker = await at.stage.written('pickers', service(at), since);
  return { id: picker.id, service: at.service, environment, release, override: '' };
}

async function request(at: At, release: string, environment: string, by = at.who): Promise<void> {
  const chosen = await pick(at, release, environment, by);
  const since = at.stage.writes.length;
  await at.stage.click(by, at.channel, 'deployments.request', chosen);
  const written = await at.stage.written('deployments', [service(at), `"version":"${release}"`], since);
  at.ids['id'] = written.id;
  at.ids['number'] = String((written.value as Deployment).number);
}

/** Two verified releases in staging, so that there is one to go back to. */
async function deployTwice(at: At): Promise<void> {
  for (const release of ['2.14.0', '2.15.0']) {
    await request(at, release, 'staging');
    await eventually('a run', () =>
      [...at.stage.pipelines.runs.values()].find(
        ({ request: { service: of, version } }) => of === at.service && version === release,
      ),
    );
    at.stage.pipelines.finish('succeeded');
    await at.stage.written('deployments', [record(at), '"state":"succeeded"']);
  }
}

async function waitingApproval(at: At): Promise<void> {
  await request(at, '2.14.0', 'production', at.ada);
  at.ids['label'] = `D-${at.ids['number']}`;
  at.ids['id'] = (await at.stage.written('approvals', service(at))).id;
}

/** What a lost run leaves is put down by hand: a pipeline system that forgets its runs is another proof's. */
async function unclear(at: At, as: string): Promise<void> {
  await request(at, '2.14.0', 'production');
  await at.stage.store
    .collection(deploymentsSpec)
    .update(at.ids['id'] ?? '', (each) => ({ ...each, state: 'unclear', pending: [], wakeAt: undefined }));
  if (as === 'ran') at.stage.pipelines.serving.set(key(at), { version: '2.14.0', commit: '3'.repeat(40), since: 0 });
}

async function reviewed(at: At): Promise<void> {
  await at.stage.say(at.ada, at.channel, `emergency deploy ${at.service} 2.14.0 to production because nobody can pay`);
  const review = await at.stage.written('emergency-reviews', service(at));
  at.ids['id'] = review.id;
  at.ids['number'] = String((review.value as { number: number }).number);
}

const lockedBy =
  (who: 'who' | 'ada') =>
  async (at: At): Promise<void> => {
    await at.stage.say(at[who], at.channel, `lock ${where(at)} because I measure`);
    await at.stage.written('locks', service(at));
  };
const asked =
  (text: string, collection: string, words: (at: At) => string) =>
  async (at: At): Promise<void> => {
    await at.stage.say(at.who, at.channel, text.replaceAll('$service', at.service).replaceAll('$hold', at.hold));
    at.ids['id'] = (await at.stage.written(collection, words(at))).id;
  };
const questioned = async (at: At): Promise<void> => {
  await at.stage.say(at.who, at.personal, 'onboarding');
  await at.stage.written('onboarding', at.whoId);
  await at.stage.written('dialogs', at.whoId);
};

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
const subscribed = asked('subscribe $service', 'hearings', channel);
const grantLine = 'grant operator on $service in production to Dana Developer';

/** Every door that does something; those that only open a form are not among them. */
export const doors: readonly Door[] = [
  {
    ...member,
    operation: 'deploy',
    door: 'deployments.request',
    prepare: async (at) => void Object.assign(at.ids, await pick(at, '2.14.0', 'production')),
    act: click('deployments.request', (at) => ({ ...at.ids, environment: 'production' })),
    deed: ['deployments', service],
  },
  line(
    'emergency-deploy',
    'emergency deploy',
    (at) => `emergency deploy ${at.service} 2.14.0 to production because nobody can pay`,
    ['deployments', service],
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
  button('restart', 'health.restart', (at) => ({ id: key(at), why: 'slow' }), ['restarts', service]),
  line(
    'cancel',
    'cancel',
    (at) => `cancel D-${at.ids['number']}`,
    ['deployments', record],
    (at) => request(at, '2.14.0', 'production'),
  ),
  button('cancel', 'deployments.cancel', id, ['deployments', record], (at) => request(at, '2.14.0', 'production')),
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
  line('delegate', 'delegate my approvals', () => 'delegate my approvals to Ada Admin until Friday', [
    'delegations',
    person,
  ]),
  line(
    'end-delegation',
    'take back my approvals',
    () => 'take back my approvals',
    ['delegations', person],
    asked('delegate my approvals to Ada Admin until Friday', 'delegations', person),
  ),
  line(
    'review',
    'close review',
    (at) => `close review D-${at.ids['number']} because it was right`,
    ['emergency-reviews', record],
    reviewed,
  ),
  button(
    'review',
    'emergencies.close',
    (at) => ({ ...id(at), findings: 'right' }),
    ['emergency-reviews', record],
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
  line('grant', 'grant', (at) => grantLine.replace('$service', at.service), ['granted-rights', granted]),
  setup('grant', ['granted-rights', granted]),
  setup('announce', ['announcements', service]),
  setup('subscribe', ['hearings', channel]),
  line(
    'revoke',
    'revoke',
    (at) => `revoke operator on ${where(at)} from Dana Developer because it is over`,
    ['granted-rights', noLonger],
    asked(grantLine, 'granted-rights', service),
  ),
  {
    ...guest,
    operation: 'request-access',
    door: 'access',
    act: say((at) => `access operator on ${at.service} because I join`),
    deed: ['access-requests', person],
  },
  line('announce', 'announce', (at) => `announce ${at.service} here`, ['announcements', service]),
  line('subscribe', 'subscribe', (at) => `subscribe ${at.service}`, ['hearings', channel]),
  line('subscribe', 'unsubscribe', (at) => `unsubscribe ${at.service}`, ['hearings', channel], subscribed),
  line('subscribe', 'mute', () => 'mute 2h', ['hearings', channel], subscribed),
  line(
    'subscribe',
    'unmute',
    () => 'unmute',
    ['hearings', channel],
    async (at) => {
      await subscribed(at);
      const since = at.stage.writes.length;
      await at.stage.say(at.who, at.channel, 'mute 2h');
      await at.stage.written('hearings', channel(at), since);
    },
  ),
  line('subscribe', 'digest', () => 'digest daily at 9', ['hearings', channel], subscribed),
  line(
    'subscribe',
    'subscriptions test',
    () => 'subscriptions test',
    ['messages', () => 'subscription-test:'],
    subscribed,
  ),
  {
    ...guest,
    operation: 'settings',
    door: 'onboarding',
    act: say(() => 'onboarding', true),
    deed: ['onboarding', person],
  },
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
  line('alias', 'alias', () => 'alias holds = locks', ['aliases', person]),
  line(
    'unalias',
    'unalias',
    () => 'unalias holds',
    ['aliases', person],
    asked('alias holds = locks', 'aliases', person),
  ),
  line('remember', 'remember', () => 'remember release day is Thursday', ['memories', person]),
  line(
    'forget',
    'forget',
    () => 'forget release day',
    ['memories', person],
    asked('remember release day is Thursday', 'memories', person),
  ),
  line('schedule', 'every', () => 'every weekday at 9 locks', ['schedules', person]),
  line('schedule', 'in', () => 'in 2 hours remind me to look', ['schedules', person]),
  line('schedule', 'at', () => 'at 23:59 remind me to look', ['schedules', person]),
  line('schedule', 'on', () => 'on Friday at 16:00 remind me to look', ['schedules', person]),
  line('schedule', 'tomorrow', () => 'tomorrow at 9 remind me to look', ['schedules', person]),
  line('schedule', 'remind', () => 'remind me to look in 2 hours', ['schedules', person]),
  line(
    'cancel-schedule',
    'cancel schedule',
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
