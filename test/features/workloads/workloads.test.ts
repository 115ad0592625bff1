import assert from 'node:assert/strict';
import type { WorkloadStatus } from '../../../src/connectors/contract';
import { describePod, describeRollout } from '../../../src/features/workloads/text';
import { people } from '../fakes';
import { createTalkWorld } from '../talk-world';
import type { TalkWorld } from '../talk-world';
import { podNamed, runningStatus } from './memory-workload';

const now = Date.parse('2026-11-20T13:00:00Z');

describe('a rollout in words', () => {
  const cases: readonly (readonly [Partial<WorkloadStatus>, string])[] = [
    [{}, '**3 of 3 pods are ready.**'],
    [{ wanted: 1, ready: 1 }, '**1 of 1 pod is ready.**'],
    [{ wanted: 0, ready: 0 }, '**It’s scaled to 0, so it has no pods.**'],
    [{ scaledBy: 'shop' }, '**3 of 3 pods are ready.** The autoscaler shop decides how many there are.'],
    [
      { rollout: { state: 'running' }, updated: 1 },
      '**A rollout is under way:** 1 of 3 pods has the new release. 3 of 3 pods are ready.',
    ],
    [
      { rollout: { state: 'stuck', reason: 'the image doesn’t exist' } },
      '**The rollout is stuck.** The image doesn’t exist. 3 of 3 pods are ready. The earlier pods keep running until it’s rolled back or fixed.',
    ],
    [
      { rollout: { state: 'stuck' }, ready: 0 },
      '**The rollout is stuck.** 0 of 3 pods are ready, so the service is down until it’s rolled back or fixed.',
    ],
    [{ rollout: { state: 'paused' } }, '**The rollout is paused.** 3 of 3 pods are ready.'],
  ];
  for (const [more, expected] of cases)
    it(`says “${expected.replaceAll('**', '')}”`, () =>
      assert.equal(describeRollout(runningStatus(now, more)).replaceAll('\u00A0', ' '), expected));

  it('says of a pod why it isn’t ready, how often it restarted, and where it is', () =>
    assert.equal(
      describePod(podNamed('shop-1', now, { state: 'failing', reason: 'CrashLoopBackOff', restarts: 4 })),
      'failing: CrashLoopBackOff · 4\u00A0restarts · 2.14.0 on node-3',
    ));
});

describe('pods in chat', () => {
  let talk: TalkWorld;
  beforeEach(() => (talk = createTalkWorld()));
  afterEach(() => talk.close());

  it('are listed with what is wrong first, and lead to their logs', async () => {
    const { cluster, clock } = talk.world;
    const failing = podNamed('shop-5c6d7-p4v8r', clock.now(), { state: 'failing', reason: 'ImagePullBackOff' });
    cluster.status = runningStatus(clock.now(), {
      rollout: { state: 'stuck', reason: 'ImagePullBackOff' },
      pods: [failing, ...runningStatus(clock.now()).pods],
    });
    const card = await talk.say(people.noor, 'pods of shop in production');
    assert.match(card, /The rollout is stuck.*failing: ImagePullBackOff.*ready/s);
    assert.match(card, /workloads\.log.*shop\/production\/shop-5c6d7-p4v8r/s);
    cluster.logs.set('shop-5c6d7-p4v8r', ['\u001B[31mError: no route\u001B[0m', 'exit code 1']);
    const log = await talk.click(people.noor, 'workloads.log', 'shop/production/shop-5c6d7-p4v8r');
    assert.match(log, /Error: no route.*exit code 1/s);
    assert.doesNotMatch(log, /\u001B/);
    const earlier = await talk.click(people.noor, 'workloads.earlier-log', 'shop/production/shop-5c6d7-p4v8r');
    assert.match(earlier, /has no log of shop-5c6d7-p4v8r from before a restart/);
  });

  it('are shown of the most important environment if nobody says which', async () =>
    assert.match(await talk.say(people.nico, 'how many pods does shop have'), /shop in production.*3 of 3.pods/s));

  it('say so if nothing is bound, it isn’t there, or the pod is gone', async () => {
    assert.match(
      await talk.click(people.noor, 'workloads.log', 'shop/production/shop-1'),
      /The pod shop-1 is gone\. Type `pods shop in production`/,
    );
    talk.world.cluster.status = undefined;
    assert.match(await talk.say(people.noor, 'pods shop'), /doesn’t have what the catalog binds shop to in production/);
    Object.assign(talk.world.deps.systems, { workload: () => undefined });
    assert.match(await talk.say(people.noor, 'pods shop'), /Add a `workload` binding/);
  });

  it('refuse logs to people who can’t operate the service, and names that no pod can have', async () => {
    talk.world.cluster.logs.set('shop-1', ['a customer’s address']);
    const refused = await talk.click(people.dana, 'workloads.log', 'shop/production/shop-1');
    assert.match(refused, /You can’t read logs of shop in production/);
    assert.doesNotMatch(refused, /customer’s/);
    for (const id of ['shop/production/../secrets', 'shop/production/', 'shop/nowhere/shop-1', 'x'])
      assert.doesNotMatch(await talk.click(people.noor, 'workloads.log', id), /customer’s/);
  });
});
