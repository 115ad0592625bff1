import assert from 'node:assert/strict';
import { alertWorkflow } from '../../../src/features/alerts/workflow';
import { readTroubleLabel, readTroubleName } from '../../../src/features/tickets/troubles/facts';
import { people, turnOf } from '../fakes';
import { createTalkWorld, there, wordsOf } from '../talk-world';
import type { TalkWorld } from '../talk-world';

const { dana, noor, nico } = people;
const idIn = (words: string): string => /"id":"([0-9a-f]{32})"/.exec(words)?.[1] ?? assert.fail(words);

describe('tickets about what went wrong', () => {
  let talk: TalkWorld;
  beforeEach(() => {
    talk = createTalkWorld({}, { messageLink: async (key) => `https://chat.example/${encodeURIComponent(key)}` });
    const { serving } = talk.world.connector;
    serving.set('shop/staging', { version: '2.13.0', commit: '2'.repeat(40), since: 0 });
    serving.set('shop/production', { version: '2.13.0', commit: '2'.repeat(40), since: 0 });
  });
  afterEach(() => talk.close());

  const click = async (who: typeof dana, verb: string, data: object): Promise<string> =>
    wordsOf(await talk.router.handleAction(turnOf(who, there), verb, data));
  const ask = async (who: typeof dana, verb: string, id: string): Promise<string> =>
    wordsOf(await talk.router.handleQuestion(turnOf(who, there), verb, { id }));
  /** What the channel sees. */
  const card = (key: string): string => {
    const content = talk.world.outbox.messages.get(key)?.content;
    return content && 'card' in content ? JSON.stringify(content.data) : assert.fail(`there is no card ${key}`);
  };

  async function firingAlert(): Promise<string> {
    talk.world.connector.probe = { answers: false };
    await talk.features.begin();
    await talk.world.pass(30_000, 5_000);
    const alerts = talk.world.deps.store.collection(alertWorkflow.spec);
    const [found] = (await alerts.find({ where: { state: 'firing' }, orderBy: 'openedAt', limit: 1 })).items;
    return found?.id ?? assert.fail('no alert fires');
  }

  async function failedDeployment(): Promise<string> {
    const picker = idIn(await talk.say(dana, 'deploy shop 2.14.0 to staging', there));
    await click(dana, 'deployments.request', {
      ...{ id: picker, service: 'shop', environment: 'staging', release: '2.14.0', override: '', reason: 'slow' },
    });
    await talk.world.pass(3_000);
    talk.world.connector.finish('failed', { reason: 'switch broke' });
    await talk.world.pass(5_000);
    const key = [...talk.world.outbox.messages.keys()].find((each) => /^deployment:\w+:card$/.test(each));
    return key?.split(':')[1] ?? assert.fail('there is no deployment');
  }

  async function failedRun(line: string): Promise<string> {
    const id = idIn(await talk.say(dana, line, there));
    await click(dana, 'runs.start', { id });
    await talk.world.pass(1_000);
    talk.world.pipelines.tell({ state: 'failed', reason: 'the disk is full', url: 'https://ci.example/482' });
    await talk.world.pass(20_000, 5_000);
    return id;
  }

  it('open from the form of a failed deployment, filled in, with the way back', async () => {
    const id = await failedDeployment();
    const name = `deployment/${id}`;
    assert.ok(card(`deployment:${id}:card`).includes(`"ticket":{"title":"Open ticket…","id":"${name}"}`));
    const form = await ask(dana, 'tickets.report', name);
    assert.match(form, /shop 2\.14\.0 to staging failed/);
    assert.match(form, /switch broke/);
    const { tracker } = talk.world;
    assert.equal(tracker.requests.length, 0);
    const said = { id: name, title: 'Switching *fails*', description: 'Since noon' };
    assert.match(await click(dana, 'tickets.report', said), /"title":"Switching \\\\\*fails\\\\\*"/);
    await talk.world.pass(2_000);
    assert.deepEqual(
      tracker.requests.map(({ title, notes, links }) => [title, notes, links]),
      [
        [
          'Switching *fails*',
          ['Opened by Dana Developer with Gavel, for shop in staging', 'About D-1001'],
          [`https://chat.example/deployment%3A${id}%3Acard`],
        ],
      ],
    );
    const shown = card(`deployment:${id}:card`);
    assert.match(shown, /"title":"Ticket","value":"\[SHOP-1\]\(https:\/\/tracker\.example\/SHOP-1\), open"/);
    assert.match(shown, /"ticket":\{"title":"","id":""\}/);
  });

  it('show on the card how they are, also when somebody closes them in the tool', async () => {
    const id = await failedDeployment();
    await click(dana, 'tickets.report', { id: `deployment/${id}` });
    await talk.world.pass(2_000);
    const { tickets } = talk.world.tracker;
    const ticket = tickets.get('SHOP-1') ?? assert.fail();
    tickets.set('SHOP-1', { ...ticket, state: 'done', status: 'Done', moves: ['open'] });
    await talk.world.pass(310_000, 10_000);
    assert.match(card(`deployment:${id}:card`), /"title":"Ticket","value":"[^"]+, done"/);
  });

  it('open once for two clicks and two people, and lead whoever comes second to it', async () => {
    const name = `alert/${await firingAlert()}`;
    const { tracker } = talk.world;
    tracker.faults.push({ method: 'open', failure: 'unclear', after: true });
    await Promise.all([
      click(dana, 'tickets.report', { id: name }),
      click(dana, 'tickets.report', { id: name }),
      click(noor, 'tickets.report', { id: name, title: 'Mine' }),
    ]);
    await talk.world.pass(60_000, 5_000);
    assert.equal(tracker.requests.length, 1);
    const second = JSON.stringify(tracker.requests).includes('Mine') ? dana : noor;
    const form = await ask(second, 'tickets.report', name);
    assert.match(form, /already opened a ticket about A-\d+.*Show SHOP-1/);
    const number = /A-\d+/.exec(form)?.[0] ?? assert.fail('the form names no alert');
    assert.match(await click(second, 'tickets.report', { id: name, title: 'Mine' }), /"kind":"Ticket SHOP-1"/);
    assert.match(await talk.say(second, `ticket ${number}`, there), /"kind":"Ticket SHOP-1"/);
    assert.equal(tracker.requests.length, 1);
  });

  it('are one click away on an alert for people who may open one', async () => {
    const id = await firingAlert();
    assert.match(await ask(dana, 'alerts.more', id), /Open ticket…/);
    assert.doesNotMatch(await ask(nico, 'alerts.more', id), /Open ticket…/);
    assert.match(await click(nico, 'tickets.report', { id: `alert/${id}` }), /You need the deploy permission/);
    await click(dana, 'tickets.report', { id: `alert/${id}` });
    await talk.world.pass(2_000);
    assert.doesNotMatch(await ask(dana, 'alerts.more', id), /Open ticket…/);
    assert.match(await click(dana, 'alerts.view', { id }), /"title":"Ticket","value":"[^"]+, open"/);
  });

  it('start with a line, too', async () => {
    const id = await failedDeployment();
    assert.match(await talk.say(dana, 'ticket D-1001', there), /Open ticket….*There is no ticket about D-1001 yet/);
    await click(dana, 'tickets.report', { id: `deployment/${id}` });
    await talk.world.pass(2_000);
    assert.match(await talk.say(dana, 'ticket D-1001', there), /"kind":"Ticket SHOP-1"/);
    assert.match(await talk.say(dana, 'ticket D-9999', there), /I can’t find D-9999, or it hasn’t failed/);
  });

  it('keep what somebody wrote if the tool doesn’t respond', async () => {
    const id = await failedDeployment();
    const { tracker } = talk.world;
    for (let call = 0; call < 20; call += 1) tracker.faults.push({ method: 'open', failure: 'unreachable' });
    await click(dana, 'tickets.report', {
      id: `deployment/${id}`,
      title: 'Switching fails',
      description: 'Since noon',
    });
    await talk.world.pass(300_000, 5_000);
    const shown = card(`deployment:${id}:card`);
    assert.match(shown, /"title":"Ticket","value":"Not opened: the tool didn’t respond\."/);
    assert.match(shown, /"title":"Open ticket…"/);
    tracker.faults.splice(0);
    assert.match(await ask(noor, 'tickets.report', `deployment/${id}`), /Switching fails.*Since noon/);
    await click(noor, 'tickets.report', { id: `deployment/${id}` });
    await talk.world.pass(2_000);
    assert.equal(tracker.tickets.size, 1);
    assert.match(card(`deployment:${id}:card`), /, open"/);
  });

  it('are offered on a failed run only if its service is known', async () => {
    const nightly = talk.world.pipelines.offered.get('docs-publish') ?? assert.fail();
    talk.world.pipelines.offered.set('shop/docs-publish', { ...nightly, id: 'shop/docs-publish' });
    const other = await failedRun('run docs-publish');
    assert.match(card(`run:${other}:card`), /"ticket":\{"title":"","id":""\}/);
    assert.match(await click(dana, 'tickets.report', { id: `run/${other}` }), /I can’t open a ticket about this/);
    const id = await failedRun('run shop/docs-publish');
    assert.match(card(`run:${id}:card`), /"title":"Open ticket…"/);
    await click(dana, 'tickets.report', { id: `run/${id}` });
    await talk.world.pass(2_000);
    assert.deepEqual(talk.world.tracker.requests[0]?.links[1], 'https://ci.example/482');
    assert.match(card(`run:${id}:card`), /"title":"Ticket","value":"[^"]+, open"/);
  });

  it('are refused for what hasn’t failed, and for forged names', async () => {
    const forged = ['deployment/' + 'a'.repeat(32), 'alert/' + 'b'.repeat(32), 'constructor/' + 'c'.repeat(32)];
    for (const id of forged) assert.match(await click(dana, 'tickets.report', { id }), /Nothing was opened/, id);
    assert.equal(talk.world.tracker.requests.length, 0);
  });
});

describe('the name of what went wrong', () => {
  it('is read from labels and buttons', () => {
    assert.deepEqual(readTroubleLabel(' d-1042 '), { kind: 'deployment', id: 'D-1042' });
    assert.deepEqual(readTroubleLabel('A-7'), { kind: 'alert', id: 'A-7' });
    assert.deepEqual(readTroubleLabel('R-1001'), { kind: 'run', id: 'R-1001' });
    for (const other of ['', 'SHOP-1', 'D-', 'D-1 is slow', 'I-57']) assert.equal(readTroubleLabel(other), undefined);
    assert.deepEqual(readTroubleName('run/12'), { kind: 'run', id: '12' });
    for (const other of ['', 'toString/1', 'incident/1']) assert.equal(readTroubleName(other), undefined);
  });
});
