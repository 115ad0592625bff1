import assert from 'node:assert/strict';
import type { Reply } from '../../../src/chat/contract';
import { renderCard } from '../../../src/core/card';
import { parseCatalog } from '../../../src/core/catalog';
import { readingOf } from '../../../src/connectors/catalog';
import { runWorkflow } from '../../../src/features/runs/workflow';
import { people, sampleCatalogText, turnOf } from '../fakes';
import { createTalkWorld, privately, wordsOf } from '../talk-world';
import type { TalkWorld } from '../talk-world';

const { dana, noor, nico, ada } = people;

/** The people’s catalog with these lines in place of others. */
function catalogWith(change: (text: string) => string) {
  const read = parseCatalog(
    change(sampleCatalogText),
    'catalog',
    readingOf(() => false),
  );
  assert.ok('catalog' in read, JSON.stringify(read));
  return read.catalog;
}

const idIn = (words: string): string => /"id":"([0-9a-f]{32})"/.exec(words)?.[1] ?? assert.fail(words);

describe('run', () => {
  let talk: TalkWorld;
  beforeEach(() => (talk = createTalkWorld()));
  afterEach(() => talk.close());

  const input = async (who: typeof dana, verb: string, data: object): Promise<string> => {
    const reply: Reply = await talk.router.handleAction(turnOf(who), verb, data);
    return wordsOf(reply);
  };
  /** Prepares and starts a run; gives its id. */
  const started = async (line = 'run nightly where=staging'): Promise<string> => {
    const id = idIn(await talk.say(dana, line));
    assert.match(await input(dana, 'runs.start', { id }), /Dana Developer started R-\d+/);
    await talk.world.pass(1_000);
    return id;
  };
  const card = (id: string): string => {
    const message = talk.world.outbox.messages.get(`run:${id}:card`);
    assert.ok(message && 'card' in message.content, 'there is no card');
    renderCard(message.content.card, message.content.data);
    return JSON.stringify(message.content.data);
  };

  it('asks which pipeline, then for its typed parameters, then shows what it would start', async () => {
    assert.match(await talk.say(dana, 'run'), /Nightly build \(nightly, memory\).*Publish the docs/);
    const form = await talk.say(dana, 'run nightly');
    assert.match(form, /"label":"branch","required":true.*"value":"main"/);
    assert.match(form, /"type":"boolean".*"type":"choice".*"type":"choices"/);
    assert.match(form, /“token” is a secret, which you can’t enter in chat/);
    const filled = { 'value-0': 'main', 'value-1': '7', 'value-2': 'true', 'value-3': '1', 'value-4': '0,1' };
    const preview = await input(dana, 'runs.preview', { id: 'local/nightly', ...filled });
    assert.match(preview, /Nothing has been started yet/);
    assert.match(preview, /"name":"suites","words":"unit, slow, but thorough"/);
    assert.equal(talk.world.pipelines.starts.length, 0);
    await input(dana, 'runs.start', { id: idIn(preview) });
    await talk.world.pass(1_000);
    const [start] = talk.world.pipelines.starts;
    assert.deepEqual(start?.values, {
      ...{ branch: 'main', count: '7', clean: 'true', where: 'production' },
      suites: ['unit', 'slow, but thorough'],
    });
    assert.equal(start?.by.name, 'Dana Developer');
  });

  it('calls its values in the preview and on the card what the form calls them', async () => {
    talk.world.pipelines.offered.set('nightly', {
      ...{ id: 'nightly', title: 'Nightly build' },
      parameters: [{ name: 'where', label: 'Where it runs', type: 'text', isRequired: true }],
    });
    assert.match(await talk.say(dana, 'run nightly where=staging'), /"name":"Where it runs","words":"staging"/);
    assert.match(card(await started()), /"title":"Where it runs","value":"staging"/);
    const { upgrade } = runWorkflow.collection;
    assert.deepEqual(upgrade?.({ title: 'kept before there were labels' }, 1), {
      ...{ title: 'kept before there were labels', labels: {} },
    });
  });

  it('says what is wrong with a value, and starts nothing', async () => {
    for (const [line, problem] of [
      ['run nightly where=mars', /“where” can’t be “mars”. It must be staging or production/],
      ['run nightly where=staging count=many', /“count” must be a number, not “many”/],
      ['run nightly where=staging clean=perhaps', /“clean” must be yes or no/],
      ['run nightly where=staging token=x1', /“token” is a secret, so you can’t enter it in chat/],
      ['run nightly where=staging colour=red', /There is no parameter “colour”/],
      ['run nightly count=3', /“where” is missing/],
      ['run nightly staging', /I don’t understand “staging”/],
      ['run nigthly', /I can’t find a pipeline called nigthly. Nothing was started. Did you mean nightly/],
    ] as const)
      assert.match(await talk.say(dana, line), problem, line);
    assert.equal(talk.world.pipelines.starts.length, 0);
  });

  it('leaves a line that is a command to that command, unless something to run has that name', async () => {
    assert.match(
      await talk.say(noor, 'please run `restart shop in staging`'),
      /No connection in the catalog can restart shop in staging/,
    );
    assert.match(await talk.say(dana, 'run where shop'), /Where shop runs/);
    assert.match(await talk.say(dana, 'run where=staging'), /I can’t find a pipeline called where=staging/);
    await talk.say(dana, `run keep R-${/R-(\d+)/.exec(await talk.say(dana, 'run docs-publish'))?.[1] ?? ''} as where`);
    assert.match(await talk.say(dana, 'run where'), /Run “Publish the docs”\?/);
  });

  it('takes a number only within the limits of its pipeline, and fills in its default', async () => {
    talk.world.pipelines.offered.set('nightly', {
      ...{ id: 'nightly', title: 'Nightly build' },
      parameters: [
        { name: 'count', type: 'number', isRequired: false, initial: 5, minimum: 1, maximum: 9 },
        { name: 'days', type: 'number', isRequired: false, minimum: 2 },
        { name: 'share', type: 'number', isRequired: false, maximum: 100 },
      ],
    });
    const form = await talk.router.handleText(turnOf(dana), 'run nightly');
    assert.ok('card' in form && form.card === 'runs/form');
    const inputs = JSON.stringify(renderCard(form.card, form.data));
    assert.match(inputs, /"type":"Input.Number","id":"value-0","label":"count \(optional\)","value":5,"min":1,"max":9/);
    const errors = form.data.inputs.map(({ error }) => error);
    assert.deepEqual(
      errors,
      ['from 1 to 9', 'of at least 2', 'up to 100'].map((limits) => `Enter a number ${limits}.`),
    );
    assert.match(await talk.say(dana, 'run nightly count=10'), /“count” must be a number from 1 to 9, not “10”/);
    assert.match(await talk.say(dana, 'run nightly days=1'), /“days” must be a number of at least 2, not “1”/);
    assert.match(await talk.say(dana, 'run nightly share=101'), /“share” must be a number up to 100, not “101”/);
  });

  it('follows a run on one card to its end, and shows the log of the step that failed', async () => {
    const id = await started();
    assert.match(card(id), /Running “fetch”/);
    talk.world.pipelines.tell({ state: 'queued', reason: 'Waiting for a free worker' });
    await talk.world.pass(2_000);
    assert.match(card(id), /Queued in memory.*Waiting for a free worker/);
    const steps = [
      { name: 'fetch', state: 'done' as const, detail: '' },
      { name: 'build', state: 'failed' as const, detail: 'exit 1' },
    ];
    talk.world.pipelines.tell({ state: 'failed', steps, reason: 'exit 1' });
    await talk.world.pass(2_000);
    assert.match(card(id), /“build” failed.*exit 1.*out of disk space.*Run again/s);
    const told = [...talk.world.outbox.messages.values()].find(({ key }) => key.includes(':failed:'));
    assert.match(JSON.stringify(told?.content), /Nightly build \(R-1001\) failed/);
    assert.equal(talk.world.outbox.posts.filter(({ key }) => key === `run:${id}:card`).length, 1);
  });

  it('is looked at as soon as its tool says that it has changed', async () => {
    const id = await started();
    talk.world.pipelines.tell({ state: 'succeeded' });
    const [run = ''] = talk.world.pipelines.runs.keys();
    await talk.features.lookAt('another', { name: 'run ended', runs: [run], concernsApprovals: false });
    await talk.world.pass(0);
    assert.doesNotMatch(card(id), /Succeeded/);
    await talk.features.lookAt('local', { name: 'run ended', runs: ['none', run], concernsApprovals: false });
    await talk.world.pass(0);
    assert.match(card(id), /Succeeded/);
  });

  it('tells an end with warnings, a superseded run and one that someone has to decide in the tool', async () => {
    const first = await started();
    talk.world.pipelines.tell({ state: 'waiting', reason: 'the release is locked' });
    await talk.world.pass(2_000);
    assert.match(card(first), /Waiting in memory.*The release is locked/);
    talk.world.pipelines.tell({ state: 'succeeded', hasWarnings: true });
    await talk.world.pass(2_000);
    assert.match(card(first), /Succeeded with warnings/);
    const second = await started();
    talk.world.pipelines.tell({ state: 'superseded' });
    await talk.world.pass(2_000);
    assert.match(card(second), /Superseded by a newer run/);
  });

  it('is canceled by its requester or an operator, and by nobody else', async () => {
    const id = await started();
    assert.match(
      await input(nico, 'runs.cancel', { id }),
      /You can’t cancel the run of nightly.*You didn’t start this run/,
    );
    assert.match(await input(noor, 'runs.cancel', { id }), /Noor Operator canceled this run/);
    await talk.world.pass(1_000);
    assert.equal(talk.world.pipelines.canceled.length, 1);
    talk.world.pipelines.tell({ state: 'canceled' });
    await talk.world.pass(2_000);
    assert.match(card(id), /Canceled by Noor Operator/);
    assert.match(await input(dana, 'runs.cancel', { id }), /has already finished/);
  });

  it('starts once, however often and by whom Start is clicked', async () => {
    const id = idIn(await talk.say(dana, 'run nightly where=staging'));
    assert.match(await input(ada, 'runs.start', { id }), /You can’t start this run.*Dana Developer prepared this run/);
    await Promise.all([1, 2, 3].map(() => input(dana, 'runs.start', { id })));
    await talk.world.pass(2_000);
    assert.equal(talk.world.pipelines.starts.length, 1);
  });

  it('is found again if the answer to its start was lost, and started only if there certainly is none', async () => {
    talk.world.pipelines.faults.push({ method: 'start', failure: 'unclear', after: true });
    await started();
    await talk.world.pass(30_000);
    assert.equal(talk.world.pipelines.starts.length, 1);
    talk.world.pipelines.faults.push({ method: 'start', failure: 'unclear' });
    await started();
    await talk.world.pass(30_000);
    assert.equal(talk.world.pipelines.starts.length, 2);
  });

  it('waits for a person if nobody can tell whether it was started', async () => {
    talk.world.pipelines.faults.push({ method: 'start', failure: 'unclear' });
    talk.world.pipelines.findAnswer = { found: 'cannot tell' };
    const id = await started();
    await talk.world.pass(30_000);
    assert.match(card(id), /Gavel can’t tell whether this ran.*Start run again/);
    assert.equal(talk.world.pipelines.starts.length, 0);
    assert.match(await input(nico, 'runs.settle-again', { id }), /You can’t/);
    talk.world.pipelines.findAnswer = undefined;
    await input(dana, 'runs.settle-again', { id });
    await talk.world.pass(2_000);
    assert.deepEqual(
      talk.world.pipelines.starts.map(({ key }) => key),
      [`run:${id}:2`],
    );
  });

  it('is refused without the right, with the names of those who have it', async () => {
    assert.match(await talk.say(nico, 'run nightly where=staging'), /You can’t run.*(Dana Developer|Noor Operator)/s);
    assert.match(await talk.say(nico, 'run'), /You can’t run a pipeline.*"title":"Can\u00A0do\u00A0it"/s);
  });

  it('runs again with the same values, and under the name that it was saved under', async () => {
    await started('run nightly where=production count=3');
    const again = await talk.say(dana, 'run again');
    assert.match(again, /"name":"count","words":"3"/);
    assert.match(await talk.say(dana, 'run keep R-1001 as weekly'), /Saved R-1001 as \*\*weekly\*\*/);
    assert.match(
      await talk.say(dana, 'run weekly count=4'),
      /"name":"count","words":"4".*"name":"where","words":"production"/,
    );
    assert.match(await talk.say(dana, 'run keep R-1001 as nightly'), /There’s already a pipeline named nightly/);
    assert.match(await talk.say(dana, 'run keep R-1001 as again'), /is already a command/);
    assert.match(await talk.say(dana, 'run favorites', privately(dana)), /weekly/);
    assert.match(await talk.say(dana, 'run remove weekly'), /Deleted the saved run/);
    assert.match(await talk.say(dana, 'run weekly'), /I can’t find a pipeline called weekly/);
  });

  it('lists the runs of a pipeline and of a person', async () => {
    await started();
    await started('run docs-publish');
    assert.match(await talk.say(nico, 'runs'), /2\u00A0runs/);
    assert.match(await talk.say(nico, 'runs docs'), /1\u00A0run of docs.*Publish the docs/);
    assert.match(await talk.say(nico, 'runs Dana'), /2\u00A0runs/);
    assert.match(await talk.say(nico, 'runs of search'), /There are no runs of search/);
    const lines = (await talk.audits()).map(({ what, outcome }) => `${what} ${outcome}`);
    assert.deepEqual(lines.filter((line) => line.startsWith('runs.run')).length, 2);
  });

  /** A run that has failed. */
  const failed = async (): Promise<string> => {
    const id = await started();
    talk.world.pipelines.tell({ state: 'failed', reason: 'exit 1' });
    await talk.world.pass(2_000);
    return id;
  };

  it('reruns what failed as a run of its own, once, however often and by whom it is clicked', async () => {
    const id = await failed();
    assert.match(card(id), /Rerun failed steps/);
    assert.match(await input(nico, 'runs.rerun', { id }), /You can’t run/);
    const answers = await Promise.all([dana, ada, dana].map((who) => input(who, 'runs.rerun', { id })));
    for (const answer of answers) assert.match(answer, /^R-\d+ is rerunning the failed steps of R-1001/);
    await talk.world.pass(2_000);
    const { starts, reruns, runs } = talk.world.pipelines;
    assert.deepEqual([starts.length, reruns.length], [1, 1]);
    const [first = ''] = runs.keys();
    assert.deepEqual([reruns[0]?.id, reruns[0]?.attempt, reruns[0]?.what], [first, 1, 'failed']);
    talk.world.pipelines.tell({ state: 'succeeded' });
    await talk.world.pass(2_000);
    assert.match(await input(dana, 'runs.rerun', { id }), /^R-\d+ is rerunning/);
    assert.equal(reruns.length, 1);
    const shown = [...talk.world.outbox.messages.values()].map(({ content }) => JSON.stringify(content));
    assert.ok(
      shown.some(
        (words) =>
          /Reruns","value":"the failed steps of R-1001.*Succeeded/s.test(words) ||
          /Succeeded.*the failed steps of R-1001/s.test(words),
      ),
    );
    assert.match(await talk.say(ada, 'audit'), /reran what failed in local\/nightly/);
  });

  it('finds a rerun again if its answer was lost', async () => {
    const id = await failed();
    talk.world.pipelines.faults.push({ method: 'start', failure: 'unclear', after: true });
    await input(dana, 'runs.rerun', { id });
    await talk.world.pass(30_000);
    assert.equal(talk.world.pipelines.reruns.length, 1);
  });

  it('offers no rerun of a run that hasn’t failed', async () => {
    const id = await started();
    assert.doesNotMatch(card(id), /Rerun failed steps/);
    assert.match(await input(dana, 'runs.rerun', { id }), /R-1001 hasn’t failed/);
  });

  it('closes what nobody started', async () => {
    const id = idIn(await talk.say(dana, 'run docs-publish'));
    assert.match(await input(dana, 'runs.dismiss', { id }), /Not started/);
    assert.match(await input(dana, 'runs.start', { id }), /was canceled before it started/);
    const other = idIn(await talk.say(dana, 'run docs-publish'));
    await talk.world.pass(25 * 3_600_000, 13 * 3_600_000);
    assert.match(await input(dana, 'runs.view', { id: other }), /Nobody confirmed it in time/);
  });
});

describe('run, where grants name pipelines', () => {
  const grant = (line: string) =>
    catalogWith((text) => text.replace('grants:', `grants:\n  - { person: nico, ${line} }`));

  it('lets people run those and no others, and gives them no service', async () => {
    const talk = createTalkWorld({}, { catalog: () => grant('role: developer, pipelines: ["local/docs-*"]') });
    try {
      assert.match(await talk.say(nico, 'run docs-publish'), /Nothing has been started yet/);
      assert.match(await talk.say(nico, 'run nightly where=staging'), /You can’t run nightly/);
      assert.doesNotMatch(await talk.say(nico, 'run'), /Nightly build/);
      assert.match(await talk.say(nico, 'deploy shop 2.14.0 to staging'), /You can’t deploy/);
      assert.match(await talk.say(nico, 'role mine', privately(nico)), /for the pipelines local\/docs/);
    } finally {
      await talk.close();
    }
  });

  it('covers no pipeline with a grant for a service', async () => {
    const talk = createTalkWorld({}, { catalog: () => grant('role: developer, services: [shop]') });
    try {
      assert.match(await talk.say(nico, 'run docs-publish'), /You can’t run/);
    } finally {
      await talk.close();
    }
  });
});

describe('run, where the catalog marks it', () => {
  it('asks first only for the pipelines that the mark names', async () => {
    const marks = 'confirm:\n  - { operation: run, pipelines: ["local/nightly"] }\nservices:';
    const talk = createTalkWorld({}, { catalog: () => catalogWith((text) => text.replace('services:', marks)) });
    const start = async (line: string): Promise<string> => {
      const id = idIn(await talk.say(dana, line));
      return wordsOf(await talk.router.handleAction(turnOf(dana), 'runs.start', { id }));
    };
    try {
      assert.match(await start('run nightly where=staging'), /confirm|Confirm/);
      await talk.world.pass(2_000);
      assert.equal(talk.world.pipelines.starts.length, 0);
      assert.match(await start('run docs-publish'), /Dana Developer started R-\d+/);
      await talk.world.pass(2_000);
      assert.equal(talk.world.pipelines.starts.length, 1);
    } finally {
      await talk.close();
    }
  });
});
