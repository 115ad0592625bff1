import assert from 'node:assert/strict';
import { people } from '../features/fakes';
import { declareProof } from './contract';
import { base, fateOf, kinds, lose, losses, moments, placeOf, plays } from './permissions/matrix';
import type { Fate, Kind, Loss, Moment } from './permissions/matrix';
import { openStage } from './permissions/stage';
import type { Stage } from './permissions/stage';

interface Cell {
  readonly kind: Kind;
  readonly loss: Loss;
  readonly moment: Moment;
  readonly fate: Exclude<Fate, undefined>;
}

const cells: Cell[] = kinds.flatMap((kind) =>
  losses.flatMap((loss) =>
    moments.flatMap((moment) => {
      const fate = fateOf(kind, loss, moment);
      return fate === undefined ? [] : [{ kind, loss, moment, fate }];
    }),
  ),
);

export const proof = declareProof({
  title: 'Gavel checks permissions and rules when something takes effect',
  how: 'A deployment or another operation is requested and approved. Before the approval, or between the approval and the start, one thing changes: the requester loses permission, the approver loses theirs, or the rule, the channel, the release or a person is gone, or a freeze or a lock starts. Real features run behind the real router on a real store. The outside system and the chat record in memory what they were told to do.',
  async run(scale, report) {
    for (const kind of scale === 'long' ? kinds : []) await takesEffect(kind);
    const played = scale === 'long' ? cells : cells.filter((_, index) => index % 29 === 2);
    for (const cell of played) await play(cell);
    const count = (fate: Fate): number => played.filter((each) => each.fate === fate).length;
    report({
      what: `What was lost × what was requested × when: ${played.length} cells`,
      measured: `${count('ended')} ended with a sentence to the requester, ${count('waits')} wait for an approval that counts, ${count('held')} are held by the freeze or lock; none took effect`,
      aim: 'nothing takes effect that shouldn’t, and nothing starts when the change is undone',
      holds: true,
    });
  },
});

/** The control: with nothing lost, it takes effect. */
async function takesEffect(kind: Kind): Promise<void> {
  const stage = await openStage(base);
  try {
    await request(stage, kind);
    const before = stage.effects();
    await decide(stage, kind);
    await due(stage, kind);
    assert.notDeepEqual(stage.effects(), before, `${kind} takes effect when nothing is lost`);
  } finally {
    await stage.close();
  }
}

async function play({ kind, loss, moment, fate }: Cell): Promise<void> {
  const stage = await openStage(base);
  const name = `${kind}, ${loss}, ${moment}`;
  try {
    await request(stage, kind);
    const before = stage.effects();
    if (moment === moments[0]) {
      await lose(stage, kind, loss);
      await decide(stage, kind);
    } else {
      stage.shut();
      await decide(stage, kind);
      await lose(stage, kind, loss);
      await stage.open();
    }
    await due(stage, kind);
    assert.deepEqual(stage.effects(), before, `${name}: nothing takes effect`);
    await judge(stage, { kind, loss, moment, fate }, name);
  } catch (error) {
    throw new Error(`${name} should be ${fate}: ${String(error)}`, { cause: error });
  } finally {
    await stage.close();
  }
}

async function judge(stage: Stage, { kind, loss, fate }: Cell, name: string): Promise<void> {
  const before = stage.effects();
  const told = stage.toldTo(plays[kind].requester);
  if (fate === 'waits') {
    if (loss === 'stricter rule') assert.match(stage.card(), /The rule changed after the request/, name);
    return assert.match(stage.card(), /Waiting|by \d|approval/, name);
  }
  if (fate === 'ended')
    assert.match(
      told,
      /\*\*(Not|Nothing|I didn’t grant)|(?:was not|wasn’t) (?:restarted|run|started)|nothing was/i,
      `${name}: who asked is told`,
    );
  // Everything is as before again.
  if (loss === 'lock') await stage.say(people.ada, `unlock shop in ${placeOf(kind)}`);
  else if (loss === 'commit moved' || loss === 'release gone') return;
  else stage.catalog();
  await stage.pass(40_000);
  if (fate === 'held') assert.notDeepEqual(stage.effects(), before, `${name}: it goes on when the rule is over`);
  else assert.deepEqual(stage.effects(), before, `${name}: nothing starts when the change is undone`);
}

async function request(stage: Stage, kind: Kind): Promise<void> {
  const { requester } = plays[kind];
  switch (kind) {
    case 'deployment':
      await deploy(stage);
      break;
    case 'delegation':
      await stage.say(people.avery, 'delegate my approvals to Nico Newcomer until Friday');
      await deploy(stage);
      break;
    case 'rollback':
      await deploy(stage);
      await stage.approve(people.avery);
      stage.finishRun();
      await stage.pass(25_000);
      await stage.ask('rollback', '2.13.0');
      break;
    case 'restart':
      await stage.say(requester, 'restart shop in production because it leaks');
      break;
    case 'access grant':
      await stage.say(requester, 'access developer on shop in staging because I join the team');
      break;
    case 'gate':
      await stage.say(requester, 'restart shop in staging because it leaks');
      break;
    case 'schedule':
      await stage.say(requester, 'in 1 hour health shop in staging');
      break;
  }
  stage.toldTo(requester);
}

async function deploy(stage: Stage): Promise<void> {
  await stage.ask('deploy', '2.14.0');
}

async function decide(stage: Stage, kind: Kind): Promise<void> {
  if (kind !== 'schedule') await stage.approve(plays[kind].approver);
}

/** Its time comes; waiting requests are checked again. */
async function due(stage: Stage, kind: Kind): Promise<void> {
  if (kind === 'schedule') await stage.later(3_601_000);
  await stage.pass(20_000);
}
