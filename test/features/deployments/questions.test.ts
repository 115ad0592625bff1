import assert from 'node:assert/strict';
import type { Person, Question, Reply } from '../../../src/chat/contract';
import { renderCard } from '../../../src/core/card';
import { people, turnOf } from '../fakes';
import { createDeploymentWorld } from './deployment-world';
import type { DeploymentWorld } from './deployment-world';

/** The questions of a deployment's buttons, and answers that come too late. */
describe('questions about a deployment', () => {
  let world: DeploymentWorld;
  beforeEach(() => {
    world = createDeploymentWorld();
  });
  afterEach(() => world.close());

  async function ask(verb: string, who: Person, id: string): Promise<Question> {
    const action = world.parts.feature.actions?.find((each) => each.verb === verb);
    assert.ok(action?.asks);
    return action.asks(turnOf(who), id);
  }
  const verifying = async (environment: string): Promise<string> => {
    const id = await world.running({ environment });
    world.connector.finish('succeeded');
    await world.pass(1000);
    assert.equal(await world.state(id), 'verifying');
    return id;
  };
  const summary = ({ title, sentence, go, keep, revision }: Question) => [
    title,
    sentence.replaceAll('\u00A0', ' '),
    ...[go, keep, revision],
  ];

  it('say what canceling does, depending on the state', async () => {
    const waiting = await world.ask();
    assert.deepEqual(summary(await ask('deployments.cancel', people.dana, waiting)), [
      'Cancel shop 2.14.0 to production?',
      '**Nothing will be deployed.** 2.13.0 stays live in production.',
      'Cancel request',
      'Keep it',
      'end the request',
    ]);
    await world.decide(waiting, { state: 'approved', by: [people.avery], at: 1 });
    assert.deepEqual(summary(await ask('deployments.cancel', people.noor, waiting)).slice(1), [
      '**Gavel will stop the run.** 2.13.0 stays live in production unless 2.14.0 has already replaced it. The card will show what’s live.',
      'Cancel deployment',
      'Keep it running',
      'stop the run',
    ]);
    world.connector.finish('succeeded');
    await world.pass(1000);
    assert.deepEqual(summary(await ask('deployments.cancel', people.noor, waiting)).slice(1), [
      '**2.13.0 goes live again** in production. 2.14.0 is live now and isn’t verified yet.',
      'Cancel and roll back',
      'Keep verifying',
      'roll back',
    ]);
    world.connector.releasesOf.delete('2.13.0');
    const staging = await verifying('staging');
    assert.deepEqual(summary(await ask('deployments.cancel', people.dana, staging)).slice(1), [
      '**2.14.0 stays live in staging, without being verified.** Gavel can’t roll it back, because 2.13.0 no longer exists.',
      'Cancel verification',
      'Keep verifying',
      'stop verifying',
    ]);
  });

  it('ask nobody without the right, and nothing about ended deployments', async () => {
    const id = await world.running();
    await assert.rejects(ask('deployments.cancel', people.nico, id), /cancel D-1001.*Dana Developer/);
    await world.click('deployments.cancel', people.dana, id);
    await assert.rejects(ask('deployments.cancel', people.dana, id), /already being canceled/);
    world.connector.finish('canceled');
    await world.pass(1000);
    await assert.rejects(ask('deployments.cancel', people.dana, id), /D-1001 was already canceled by Dana Developer/);
    await assert.rejects(ask('deployments.settle-ran', people.dana, id), /already canceled.*Nothing was changed/);
  });

  it('do nothing if the effect of canceling has changed in the meantime, and say what it is now', async () => {
    const id = await world.running();
    const { revision = '' } = await ask('deployments.cancel', people.dana, id);
    world.connector.finish('succeeded');
    await world.pass(1000);
    const answer = (): Promise<Reply> => world.click('deployments.cancel', people.dana, id, { revision });
    await assert.rejects(
      answer(),
      /Nothing was canceled\. D-1001 is verifying now, so canceling it has a different effect/,
    );
    assert.equal(await world.state(id), 'verifying');
    await world.pass(24_000);
    assert.equal(await world.state(id), 'succeeded');
    await assert.rejects(answer(), /D-1001 has already succeeded. Nothing was changed/);
  });

  it('show the reason on the card while it stops and after that', async () => {
    const id = await world.running();
    const { revision = '' } = await ask('deployments.cancel', people.dana, id);
    const reply = await world.click('deployments.cancel', people.dana, id, { revision, reason: 'wrong release' });
    assert.ok('card' in reply && reply.about === `deployment:${id}`, 'the dialog closes over the card that shows it');
    assert.match(
      JSON.stringify(renderCard(reply.card, reply.data)),
      /canceled this deployment\..*"Cancel.reason","value":"“wrong/,
    );
    world.connector.finish('canceled');
    await world.pass(1000);
    assert.equal(world.outbox.messages.get(`deployment:${id}:end`), undefined, 'its requester knows that');
    const card = JSON.stringify(world.outbox.messages.get(`deployment:${id}:card`)?.content);
    assert.match(
      card,
      /Canceled by Dana Developer at .*\*\*: “wrong release”\. The run was stopped, and 2\.13\.0 is live/,
    );
    const audited = await world.deps.store.audit.read({});
    assert.deepEqual(
      audited.filter(({ who, detail }) => who === people.dana.id && detail?.['reason'] === 'wrong release').length,
      2,
      'the request to cancel and the end',
    );
  });

  it('say what a rollback replaces and needs, and refuse one that another release has overtaken', async () => {
    const id = await verifying('production');
    await world.pass(24_000);
    const named = `${id}/2.13.0`;
    assert.deepEqual(summary(await ask('deployments.rollback', people.dana, named)), [
      'Roll back shop in production?',
      '**2.13.0 replaces 2.14.0** in production. The rollback needs 1 approval from an approver.',
      'Request rollback',
      undefined,
      undefined,
    ]);
    await assert.rejects(ask('deployments.rollback', people.nico, named), /deploy/);
    world.connector.serving.set('shop/production', { version: '2.15.0', commit: 'f'.repeat(40), since: 0 });
    await assert.rejects(ask('deployments.rollback', people.dana, named), /2\.15\.0 is live in production now/);
    await assert.rejects(
      world.click('deployments.rollback', people.dana, named, { reason: 'slow' }),
      /2\.15\.0 is live in production now\. Nothing was requested/,
    );
  });

  it('ask before somebody records the outcome of a lost run', async () => {
    const id = await world.running();
    world.connector.faults.push({ method: 'runStatus', failure: 'not found' });
    const { runId = '' } = await world.read(id);
    world.connector.runs.delete(runId);
    await world.pass(5000);
    assert.equal(await world.state(id), 'unclear');
    for (const [verb, title, go] of [
      ['again', 'Start shop 2.14.0 to production again?', 'Start the run again'],
      ['not', 'End D-1001 without a run?', 'End D-1001'],
    ] as const) {
      const asked = await ask(`deployments.settle-${verb}`, people.dana, id);
      assert.deepEqual([asked.title, asked.go], [title, go]);
    }
    await assert.rejects(ask('deployments.settle-ran', people.dana, id), /not 2\.14\.0/);
    await world.click('deployments.settle-not', people.dana, id, { revision: 'unclear' });
    assert.equal(await world.state(id), 'cancelled');
    await assert.rejects(
      world.click('deployments.settle-not', people.noor, id, { revision: 'unclear' }),
      /D-1001 was already canceled by Dana Developer/,
    );
  });
});
