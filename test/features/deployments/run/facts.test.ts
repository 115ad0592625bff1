import assert from 'node:assert/strict';
import { people } from '../../fakes';
import type { DeploymentWorld } from '../deployment-world';
import { createDeploymentWorld } from '../deployment-world';

const minuteMs = 60_000;

describe('a run that is a process of one machine', () => {
  let world: DeploymentWorld;
  let statusAsked = 0;
  /** From now on the sweeper under test is that of an instance on this machine. */
  const stepOver = (executor: string): void => void Object.assign(world.connector.pipelines ?? {}, { executor });
  beforeEach(() => {
    world = createDeploymentWorld();
    const { pipelines } = world.connector;
    const runStatus = pipelines?.runStatus.bind(pipelines);
    Object.assign(pipelines ?? {}, { runStatus: (id: string) => (statusAsked++, runStatus?.(id)) });
    stepOver('one machine');
  });
  afterEach(() => world.close());

  it('is neither followed nor judged by an instance on another machine, and goes on where it began', async () => {
    const id = await world.running();
    await world.pass(5_000);
    assert.equal((await world.read(id)).executor, 'one machine');
    stepOver('another machine');
    statusAsked = 0;
    await world.pass(4 * minuteMs, 10_000);
    assert.deepEqual([await world.state(id), statusAsked], ['running', 0]);
    stepOver('one machine');
    world.connector.finish('succeeded');
    await world.pass(40_000);
    assert.equal(await world.state(id), 'succeeded');
  });

  it('is asked about once its own instance has been silent for five minutes', async () => {
    const id = await world.running();
    await world.pass(5_000);
    stepOver('another machine');
    await world.pass(6 * minuteMs, 10_000);
    const { state, unclearReason } = await world.read(id);
    assert.equal(state, 'unclear');
    assert.match(unclearReason ?? '', /silent for five minutes/);
    stepOver('one machine');
    world.connector.finish('succeeded');
    await world.pass(2 * minuteMs, 5_000);
    assert.equal(await world.state(id), 'succeeded', 'its own instance still brings it to its end');
  });

  it('is started by its own instance only', async () => {
    stepOver('one machine');
    const id = await world.ask();
    stepOver('another machine');
    await world.decide(id, { state: 'approved', by: [people.avery], at: world.clock.now() });
    assert.equal((await world.read(id)).executor, 'another machine', 'whoever begins a deployment executes it');
  });
});
