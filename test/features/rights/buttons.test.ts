import assert from 'node:assert/strict';
import type { Reply } from '../../../src/chat/contract';
import { alertWorkflow } from '../../../src/features/alerts/workflow';
import { olderId } from '../../../src/core/text/older-entries';
import { people, places, turnOf } from '../fakes';
import { beginEmergency, privately, wordsOf } from '../talk-world';
import type { TalkWorld } from '../talk-world';
import { idFrom } from '../../../src/core/keys';
import { withPlaces } from '../environments/found-places';
import { cast, holders, open, roles } from './cast';
import type { Role } from './cast';
import { assertFollowed } from './followed';
import { failedReport } from '../tests/memory-tests';

/** Each button, clicked by each role: a verb that isn't in the table fails the test. */

const everybody = roles;
const reader = holders('view');
const own = { service: 'shop', environment: 'production', release: '2.14.0', override: '', reason: 'slow' };
const ids = {
  picker: async (talk: TalkWorld) => idIn(await talk.say(cast.developer, 'deploy shop 2.14.0 to production')),
  rollbackCard: async (talk: TalkWorld) => {
    await deployment(talk, 'succeeded');
    return idIn(await talk.say(cast.developer, 'rollback shop in production'));
  },
  approval: async (talk: TalkWorld) => {
    await deployment(talk, 'asked');
    return keyOf(talk, 'approval:');
  },
  waiting: (talk: TalkWorld) => deployment(talk, 'asked'),
  running: (talk: TalkWorld) => deployment(talk, 'running'),
  succeeded: (talk: TalkWorld) => deployment(talk, 'succeeded'),
  review: async (talk: TalkWorld) => {
    await talk.say(people.ada, 'announce shop here');
    await beginEmergency(talk, people.ada, 'shop 2.14.0 to production');
    await talk.world.pass(2_000);
    talk.world.connector.finish('succeeded');
    await talk.world.pass(25_000);
    return keyOf(talk, 'emergency:');
  },
  emergency: async (talk: TalkWorld) =>
    idIn(await talk.say(cast.admin, 'emergency deploy shop 2.14.0 to production because nobody can pay')),
  lock: async (talk: TalkWorld) => {
    assert.match(await talk.say(cast.developer, 'lock shop in production because I measure'), /is locked/);
    return 'shop/production';
  },
  freeze: async (talk: TalkWorld) =>
    idIn(await talk.say(cast.admin, 'freeze production until 23:59 because the auditors are here')),
  maintenance: async (talk: TalkWorld) =>
    idIn(await talk.say(cast.operator, 'maintenance shop in production for 2h because the database moves')),
  mute: async (talk: TalkWorld) => idIn(await talk.say(cast.admin, 'mute shop in production for 2h')),
  graph: async () => 'shop/production/60/p95',
  service: async () => 'shop',
  target: async (talk: TalkWorld) => {
    await deployment(talk, 'succeeded');
    return 'shop/production';
  },
  deletion: async (talk: TalkWorld) => {
    await talk.say(cast.developer, 'delete my data');
    await talk.world.pass(1_000);
    const keys = [...talk.world.outbox.messages.keys()].filter((key) => key.startsWith('privacy:'));
    return keys[0]?.split(':')[1] ?? assert.fail('nothing was asked');
  },
  question: async (talk: TalkWorld) => {
    await talk.say(cast.developer, 'forget nothing');
    await talk.world.pass(1_000);
    return keyOf(talk, 'confirmation:');
  },
  alert: async (talk: TalkWorld) => {
    talk.world.connector.serving.set('shop/production', { version: '2.13.0', commit: '2'.repeat(40), since: 0 });
    talk.world.connector.probe = { answers: false };
    await talk.features.begin();
    await talk.world.pass(30_000, 5_000);
    const alerts = talk.world.deps.store.collection(alertWorkflow.spec);
    const [found] = (await alerts.find({ where: { state: 'firing' }, orderBy: 'openedAt', limit: 1 })).items;
    return found?.id ?? assert.fail('no alert fires');
  },
  pipeline: async () => 'local/docs-publish',
  prepared: async (talk: TalkWorld) => idIn(await talk.say(cast.developer, 'run docs-publish')),
  pipelineRun: async (talk: TalkWorld) => startedRun(talk),
  pipelineFailed: async (talk: TalkWorld) => {
    const id = await startedRun(talk);
    talk.world.pipelines.tell({ state: 'failed' });
    await talk.world.pass(2_000);
    return id;
  },
  pipelineUnclear: async (talk: TalkWorld) => {
    talk.world.pipelines.faults.push({ method: 'start', failure: 'unclear' });
    talk.world.pipelines.findAnswer = { found: 'cannot tell' };
    return startedRun(talk);
  },
  pod: async ({ world: { cluster } }: TalkWorld) => {
    const name = 'shop-7d9f8-x2k4q';
    for (const each of [name, `${name} before`]) cluster.logs.set(each, ['ready']);
    return `shop/production/${name}`;
  },
  environments: async () => 'environments',
  foundPlace: async ({ world }: TalkWorld) => {
    withPlaces(world.deps.systems);
    return idFrom('place', 'github', 'EU Production of acme/shop');
  },
  testsList: async () => 'tests',
  testRun: async (talk: TalkWorld) => startedTests(talk),
  testsFailed: async (talk: TalkWorld) => {
    const id = await startedTests(talk);
    talk.world.tests.tell({ state: 'failed' }, failedReport);
    await talk.world.pass(2_000);
    return id;
  },
  testsUnclear: async (talk: TalkWorld) => {
    talk.world.tests.faults.push({ method: 'start', failure: 'unclear' });
    talk.world.tests.findAnswer = { found: 'cannot tell' };
    return startedTests(talk);
  },
  trouble: async (talk: TalkWorld) => `alert/${await ids.alert(talk)}`,
  ticketDraft: async (talk: TalkWorld) => idIn(await talk.say(cast.developer, 'ticket Slow for shop in production')),
  ticket: async (talk: TalkWorld) => {
    const id = idIn(await talk.say(cast.developer, 'ticket Slow for shop in production'));
    await talk.click(cast.developer, 'tickets.open', id);
    await talk.world.pass(1_000);
    return id;
  },
  step: async () => 'work',
  page: async ({ world }: TalkWorld) =>
    olderId({ words: '', at: world.clock.now(), cursor: Buffer.from('[9e15,"~",1]').toString('base64url') }),
  place: async (talk: TalkWorld) => {
    assert.match(await talk.say(cast.admin, 'setup'), /I sent/);
    return places.deployments.id;
  },
};

/** Who can click it, on what: the developer is the requester and holds the lock. */
const buttons: Readonly<Record<string, { may: readonly Role[]; on: keyof typeof ids; mayOpen?: readonly Role[] }>> = {
  'alerts.view': { may: reader, on: 'alert' },
  'alerts.more': { may: reader, on: 'alert' },
  'alerts.recheck': { may: reader, on: 'alert' },
  'alerts.acknowledge': { may: holders('operate'), on: 'alert' },
  'alerts.unacknowledge': { may: holders('operate'), on: 'alert' },
  'alerts.silence': { may: holders('operate'), on: 'alert' },
  'alerts.end-maintenance': { may: holders('operate'), on: 'maintenance' },
  'alerts.mute': { may: reader, on: 'alert', mayOpen: holders('announce') },
  'subscriptions.unmute': { may: holders('announce'), on: 'mute' },
  'alerts.end-silence': { may: holders('operate'), on: 'alert' },
  'approvals.view': { may: reader, on: 'approval' },
  'approvals.approve': { may: ['approver'], on: 'approval' },
  'approvals.approve-with-note': { may: ['approver'], on: 'approval' },
  'approvals.approve-chosen': { may: ['approver'], on: 'approval' },
  'approvals.reject': { may: ['approver'], on: 'approval' },
  'deployments.preview': { may: holders('deploy'), on: 'picker' },
  'deployments.request': { may: holders('deploy'), on: 'picker' },
  // A picker in a channel belongs to each person who clicks; closing it changes nothing.
  'deployments.close': { may: everybody, on: 'picker' },
  'deployments.rollback-preview': { may: holders('deploy'), on: 'rollbackCard' },
  'deployments.rollback-service': { may: holders('deploy'), on: 'target' },
  'deployments.requested': { may: reader, on: 'waiting' },
  'deployments.rollback': { may: holders('deploy'), on: 'succeeded' },
  'deployments.view': { may: reader, on: 'waiting' },
  'deployments.open': { may: reader, on: 'waiting' },
  'deployments.log': { may: reader, on: 'running' },
  'deployments.cancel': { may: ['developer', ...holders('operate')], on: 'running' },
  'deployments.settle-ran': { may: ['developer', ...holders('operate')], on: 'running' },
  'deployments.settle-again': { may: ['developer', ...holders('operate')], on: 'running' },
  'deployments.settle-not': { may: ['developer', ...holders('operate')], on: 'running' },
  'health.refresh': { may: reader, on: 'target' },
  // Its question offers only what its reader can view.
  'health.open': { may: reader, on: 'target', mayOpen: [...reader, 'guest'] },
  'graphs.show': { may: reader, on: 'graph' },
  'graphs.more': { may: reader, on: 'graph' },
  'graphs.keep': { may: reader, on: 'graph' },
  'runs.preview': { may: holders('run'), on: 'pipeline' },
  'runs.view': { may: reader, on: 'pipelineRun' },
  'runs.change': { may: holders('run'), on: 'pipelineRun' },
  'runs.again': { may: holders('run'), on: 'pipelineRun' },
  'runs.rerun': { may: holders('run'), on: 'pipelineFailed' },
  // Only the requester.
  'runs.start': { may: ['developer'], on: 'prepared' },
  'runs.dismiss': { may: ['developer'], on: 'prepared' },
  'runs.cancel': { may: ['developer', ...holders('operate')], on: 'pipelineRun' },
  'runs.settle-again': { may: ['developer', ...holders('operate')], on: 'pipelineUnclear' },
  'runs.settle-not': { may: ['developer', ...holders('operate')], on: 'pipelineUnclear' },
  'environments.view': { may: holders('admin'), on: 'environments' },
  'environments.lines': { may: holders('admin'), on: 'foundPlace' },
  'workloads.view': { may: reader, on: 'target' },
  'workloads.log': { may: holders('operate'), on: 'pod' },
  'workloads.scale': { may: holders('operate'), on: 'target' },
  'workloads.undo': { may: holders('deploy'), on: 'target' },
  'workloads.evict': { may: holders('operate'), on: 'pod' },
  'workloads.earlier-log': { may: holders('operate'), on: 'pod' },
  'tests.choose': { may: holders('deploy'), on: 'testsList' },
  'tests.view': { may: reader, on: 'testRun' },
  'tests.log': { may: reader, on: 'testsFailed' },
  'tests.history': { may: reader, on: 'testsFailed' },
  'tests.again': { may: holders('deploy'), on: 'testsFailed' },
  'tests.rerun': { may: holders('deploy'), on: 'testsFailed' },
  // The requester, and those who operate the service.
  'tests.cancel': { may: ['developer', ...holders('operate')], on: 'testRun' },
  'tests.settle-again': { may: ['developer', ...holders('operate')], on: 'testsUnclear' },
  'tests.settle-not': { may: ['developer', ...holders('operate')], on: 'testsUnclear' },
  'tickets.view': { may: reader, on: 'ticket' },
  // Only the requester.
  'tickets.change': { may: ['developer'], on: 'ticketDraft' },
  'tickets.open': { may: ['developer'], on: 'ticketDraft' },
  'tickets.dismiss': { may: ['developer'], on: 'ticketDraft' },
  'tickets.report': { may: holders('deploy'), on: 'trouble' },
  'tickets.comment': { may: holders('deploy'), on: 'ticket' },
  'tickets.move': { may: holders('deploy'), on: 'ticket' },
  'scm.remind': { may: holders('deploy'), on: 'service' },
  'health.more': { may: reader, on: 'target' },
  'health.fleet': { may: [...reader, 'guest'], on: 'target' },
  'status.refresh': { may: reader, on: 'target' },
  'health.restart': { may: holders('operate'), on: 'target' },
  // Only the requester.
  'emergencies.start': { may: ['admin'], on: 'emergency' },
  'emergencies.dismiss': { may: ['admin'], on: 'emergency' },
  'emergencies.view': { may: reader, on: 'review' },
  'emergencies.close': { may: holders('approve'), on: 'review' },
  'freezes.end': { may: holders('operate'), on: 'freeze' },
  'locks.unlock': { may: ['developer'], on: 'lock' },
  'locks.keep': { may: ['developer'], on: 'lock' },
  'onboarding.open-setup': { may: holders('announce'), on: 'place' },
  'onboarding.setup': { may: holders('announce'), on: 'place' },
  'audits.older': { may: holders('audit'), on: 'page' },
  'audits.export-csv': { may: holders('audit'), on: 'page' },
  'audits.export-json': { may: holders('audit'), on: 'page' },
  'audits.file-csv': { may: holders('audit'), on: 'page' },
  'audits.file-json': { may: holders('audit'), on: 'page' },
  'deployments.older': { may: [...reader, 'guest'], on: 'page' },
  'deployments.export-csv': { may: [...reader, 'guest'], on: 'page' },
  'deployments.export-json': { may: [...reader, 'guest'], on: 'page' },
  'deployments.file-csv': { may: [...reader, 'guest'], on: 'page' },
  'deployments.file-json': { may: [...reader, 'guest'], on: 'page' },
  'history.older': { may: [...reader, 'guest'], on: 'page' },
  // Only the person whose data it is.
  'privacy.delete': { may: ['developer'], on: 'deletion' },
  'privacy.file': { may: everybody, on: 'page' },
  'privacy.keep': { may: ['developer'], on: 'deletion' },
  // Only the requester.
  'gates.confirm': { may: ['developer'], on: 'question' },
  'gates.cancel': { may: ['developer'], on: 'question' },
  // The same on cards of earlier versions.
  'confirmations.do': { may: ['developer'], on: 'question' },
  'confirmations.leave': { may: ['developer'], on: 'question' },
  // Everybody's own answers about themselves.
  'onboarding.answer': { may: everybody, on: 'step' },
  'onboarding.skip': { may: everybody, on: 'step' },
  'onboarding.leave': { may: everybody, on: 'step' },
  'onboarding.change': { may: everybody, on: 'step' },
};

async function deployment(talk: TalkWorld, until: 'asked' | 'running' | 'succeeded'): Promise<string> {
  const { world, router } = talk;
  for (const environment of ['staging', 'production'])
    world.connector.serving.set(`shop/${environment}`, { version: '2.13.0', commit: '2'.repeat(40), since: 0 });
  const id = await ids.picker(talk);
  const asked = wordsOf(await router.handleAction(turnOf(cast.developer), 'deployments.request', { id, ...own }));
  await world.pass(1_000);
  if (until !== 'asked') {
    const approval = keyOf(talk, 'approval:');
    await router.handleAction(turnOf(cast.approver), 'approvals.approve', { id: approval });
    await world.pass(2_000);
  }
  if (until === 'succeeded') {
    world.connector.finish('succeeded');
    await world.pass(24_000);
  }
  return idIn(asked);
}
async function startedRun(talk: TalkWorld): Promise<string> {
  const id = await ids.prepared(talk);
  await talk.router.handleAction(turnOf(cast.developer), 'runs.start', { id });
  await talk.world.pass(10_000);
  return id;
}
async function startedTests(talk: TalkWorld): Promise<string> {
  await talk.say(cast.developer, 'tests smoke on shop in production');
  await talk.world.pass(10_000);
  return keyOf(talk, 'tests:');
}
const idIn = (words: string): string => /"id":"([0-9a-f]{32})"/.exec(words)?.[1] ?? assert.fail(words);
const keyOf = ({ world }: TalkWorld, prefix: string): string =>
  [...world.outbox.messages.keys()].find((key) => key.startsWith(prefix))?.split(':')[1] ?? assert.fail(prefix);

const refused =
  /You can’t .*(?:Nothing was (?:changed|requested|started)|You need the \w+ permission)|someone else’s data/;

describe('each button, clicked by each role', () => {
  it('is in the table', async () => {
    const talk = await open();
    const verbs = talk.features.features.flatMap(({ actions = [] }) => actions.map(({ verb }) => verb));
    await talk.close();
    assert.deepEqual(verbs.sort(), Object.keys(buttons).sort());
  });

  for (const [verb, { may: allowed, on, mayOpen = allowed }] of Object.entries(buttons))
    it(`${verb}: ${allowed.join(', ')}`, async () => {
      const talk = await open();
      try {
        const id = await ids[on](talk);
        await talk.world.pass(1_000);
        const click = async (role: Role): Promise<Reply> => {
          const input = {
            id,
            chosen: id,
            why: 'slow',
            findings: 'well',
            answer: '',
            what: 'work',
            services: 'shop',
            ...{ name: 'checkout', count: '5', number: '2' },
            ...{ title: 'Slow', where: 'shop', comment: 'on it', to: 'done' },
            ...own,
          };
          return talk.router.handleAction(turnOf(cast[role], privately(cast[role])), verb, input);
        };
        const actions = talk.features.features.flatMap((feature) => feature.actions ?? []);
        const asks = actions.find((action) => action.verb === verb)?.asks !== undefined;
        const before = await talk.world.deps.store.audit.read({});
        for (const role of asks ? roles : []) {
          const question = await talk.router.handleQuestion(turnOf(cast[role]), verb, { id });
          const opened = 'card' in question && question.card === 'chat/dialog';
          // The tests' connector can't do it, so people with the right are told so.
          const isRefused = !opened && refused.test(wordsOf(question));
          assert.equal(isRefused, !mayOpen.includes(role), `${role} opens it: ${wordsOf(question)}`);
        }
        for (const role of roles.filter((each) => !allowed.includes(each))) {
          const words = wordsOf(await click(role));
          assert.ok(refused.test(words), `${role} is refused: ${words}`);
        }
        await talk.world.pass(1_000);
        const since = (await talk.world.deps.store.audit.read({})).slice(0, -before.length);
        for (const { outcome, what } of since) assert.match(outcome, /^refused/, `${what} is only refused`);
        const [first] = allowed;
        const reply = first ? await click(first) : undefined;
        const words = reply ? wordsOf(reply) : '';
        assert.ok(!refused.test(words), `${first} may: ${words}`);
        if (reply) assertFollowed(reply, verb);
      } finally {
        await talk.close();
      }
    });
});
