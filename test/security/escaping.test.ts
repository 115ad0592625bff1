import assert from 'node:assert/strict';
import { basename, dirname } from 'node:path';
import type { RunStatus } from '../../src/connectors/contract';
import type { ServicesByName } from '../../src/connectors/machine/by-name';
import { renderCard } from '../../src/core/card';
import { cleanText, plainText } from '../../src/core/text';
import type { SampleConversation, SamplePerson } from '../../src/playground/world';
import { eventually } from '../patience';
import { idBehind } from '../proof/ask';
import { channelNumber, dana, personNumber } from '../proof/harness';
import type { PostedMessage } from '../proof/teams/open-connector';
import { filesBelow, textOf } from '../rules/source-files';
import { startGuardedGavel } from './guarded-gavel';
import type { GuardedGavel } from './guarded-gavel';
import { hostileTexts, wrongInCard, wrongInMarkdown, wrongInMessage } from './hostile-text';

/** Fields of samples with our own words or ids: they never contain outside text. */
const ours =
  /^(id|verb|color|weight|tone|style|glyph|url|size|spacing|type|width|userIds|refreshFor|iconUrl|picture|image|value|kind|page|separator|visible|run|[a-z]*url)$/i;

/** The sample with every text replaced. */
function filledWith(value: unknown, text: string, key = ''): unknown {
  if (typeof value === 'string') return ours.test(key) || value === '' ? value : text;
  if (Array.isArray(value)) return value.map((item) => filledWith(item, text, key));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, filledWith(item, text, name)]));
}

describe('outside text in cards', () => {
  const samples = filesBelow('cards', '.sample.json');

  for (const text of hostileTexts)
    it(`is only text in every card: ${JSON.stringify(text.slice(0, 60))}`, () => {
      for (const sample of samples) {
        const name = `${basename(dirname(sample))}/${basename(sample).split('.')[0]}`;
        const data = filledWith(JSON.parse(textOf(sample)), plainText(text)) as object;
        assert.deepEqual(wrongInCard(renderCard(name, data)), [], sample);
      }
    });

  it('is never expanded, and never becomes an element, even if somebody forgot to clean it', () => {
    for (const sample of samples)
      for (const text of hostileTexts.filter((each) => /\$\{|"type"/.test(each))) {
        const name = `${basename(dirname(sample))}/${basename(sample).split('.')[0]}`;
        const card = JSON.stringify(renderCard(name, filledWith(JSON.parse(textOf(sample)), text) as object));
        assert.doesNotMatch(card, /EXPANDED/, sample);
        assert.doesNotMatch(card, /"url":"https:\/\/evil/, sample);
      }
  });

  it('would be found by this test if nothing cleaned it', () => {
    const found = hostileTexts.filter((text) => wrongInMarkdown(text) !== undefined);
    assert.ok(found.length >= 15, `${found.length} of ${hostileTexts.length}`);
    for (const text of hostileTexts) assert.equal(wrongInMarkdown(plainText(text)), undefined, text);
    for (const text of hostileTexts) assert.doesNotMatch(cleanText(text), /[\n\u202e\u200b\u0007]/);
  });
});

/** A system in which every text is hostile, a different one each time. */
function hostileConnector(connector: ServicesByName, next: () => string): ServicesByName {
  const { pipelines, sourceControl, metrics } = connector;
  assert.ok(pipelines && sourceControl && metrics);
  const commit = (number: number) => ({
    id: String(number).padStart(40, '0'),
    message: next(),
    author: next(),
    committedAt: 1_760_000_000_000,
  });
  const status = (run: RunStatus): RunStatus => ({
    ...run,
    steps: run.steps.map((step) => ({ ...step, name: next(), detail: next() })),
    lastLines: [next(), next(), next()],
    ...(run.state === 'succeeded' ? { state: 'failed', reason: next() } : {}),
    url: 'javascript:alert(document.domain)//https://evil.example/',
  });
  return {
    ...connector,
    pipelines: {
      ...pipelines,
      runStatus: async (id) => {
        const run = await pipelines.runStatus(id);
        return run && status(run);
      },
      runLog: async () => hostileTexts.map(() => next()),
    },
    sourceControl: {
      ...sourceControl,
      releases: async (service) => [
        ...(await sourceControl.releases(service)),
        ...hostileTexts.slice(0, 6).map((version) => ({ version, commit: next(), createdAt: 1_760_000_000_000 })),
      ],
      commitsBetween: async () => ({ commits: [1, 2, 3, 4].map(commit), direction: 'forward' }),
    },
    metrics: { ...metrics, probe: async () => ({ at: Date.now(), answers: false, complaint: next() }) },
  };
}

describe('a Gavel with hostile text from all people and systems', () => {
  let gavel: GuardedGavel;
  let turn = 0;
  const answers: unknown[] = [];
  const next = (): string => hostileTexts[turn++ % hostileTexts.length] ?? '';
  /** A text file can't contain half characters. */
  const nextWhole = (): string => next().replace(/[\ud800-\udfff]/gu, '');
  const named = (person: SamplePerson): SamplePerson => ({ ...person, name: next() });
  const channel = (number: number): SampleConversation => ({ ...channelNumber(number), name: next() });

  before(async () => {
    gavel = await startGuardedGavel({
      catalog: (text) =>
        text
          .replace(/name: (Dana Developer|Person \d)/g, () => `name: ${JSON.stringify(nextWhole().slice(0, 60))}`)
          .replace(/description: A service/g, () => `description: ${JSON.stringify(nextWhole().slice(0, 150))}`),
      connector: (connector) => hostileConnector(connector, next),
    });
  });
  after(() => gavel?.close());

  const say = async (who: SamplePerson, where: SampleConversation, text: string): Promise<void> => {
    const { status } = await gavel.door.deliver(gavel.door.people.says(named(who), where, text));
    assert.equal(status, 200, text);
  };
  const click = async (who: SamplePerson, message: PostedMessage, verb: string, more: object = {}): Promise<void> => {
    const id = idBehind(message, verb);
    const where = { ...channelNumber(1), id: message.conversation.split(';')[0] ?? '', name: next() };
    const activity = gavel.door.people.clicks(named(who), where, message.id, verb, { id, ...more });
    answers.push((await gavel.door.deliver(activity)).body);
  };
  const posted = (verb: string, count = 1): Promise<PostedMessage> =>
    eventually(`a card with ${verb}`, () => {
      const found = [...gavel.connector.messages.values()].filter(({ activity }) =>
        JSON.stringify(activity).includes(`"verb":"${verb}"`),
      );
      return found.length >= count ? found.at(-1) : undefined;
    });

  it('requests, approves, runs, fails, shows and remembers', async () => {
    await say(dana, channel(1), 'deploy s1 1.0.1 to production');
    const picker = await posted('deployments.request');
    await click(dana, picker, 'deployments.request', { service: 's1', release: '1.0.1', environment: 'production' });
    const asked = await posted('approvals.view');
    await click(personNumber(1), asked, 'approvals.view');
    const id = idBehind(asked, 'approvals.view') ?? '';
    const where = channelNumber(1);
    const decide = (who: SamplePerson, verb: string, data: object) =>
      gavel.door.deliver(gavel.door.people.clicks(named(who), where, asked.id, verb, { id, ...data }));
    answers.push((await decide(personNumber(1), 'approvals.approve-with-note', { note: next() })).body);
    answers.push((await decide(personNumber(2), 'approvals.reject', { reason: next() })).body);
    await eventually(
      'the end of the run',
      () =>
        gavel.audit().some(({ what, outcome }) => what.startsWith('deployments.') && outcome.startsWith('failed')) ||
        undefined,
    );
  });

  it('answers every command with hostile arguments', async () => {
    const lines = (text: string): string[] => [
      text,
      `deploy ${text}`,
      `deploy s1 ${text} to production`,
      `deploy s1 1.0.1 to ${text}`,
      `where ${text}`,
      `log ${text}`,
      `help ${text}`,
      `health ${text}`,
      `restart s1 in production because ${text}`,
      `approve ${text}`,
      `reject ${text} because ${text}`,
      `cancel ${text}`,
      `announce ${text}`,
      `audit ${text}`,
      `lock s1 in production because ${text}`,
      `freeze production until tomorrow because ${text}`,
    ];
    const clean = (text: string): string => text.replaceAll('\n', ' ');
    let place = 10;
    for (const text of hostileTexts.filter((_, index) => index % 4 === 0))
      await Promise.all(lines(clean(text)).map((line) => say(dana, channel(place++), line)));
    for (const line of [
      'where',
      'log',
      'deployments',
      'health',
      'approvals',
      'audit',
      'announcements',
      'help',
      'hello',
      'locks',
      'freezes',
    ])
      await say(dana, channel(place++), line);
    await say(dana, channel(1), 'announce s1');
    await say(dana, channel(2), 'announcements');
  });

  it('answers names from the prototype with a plain sentence', async () => {
    let place = 200;
    for (const word of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'])
      for (const line of [
        `deploy ${word} 1.0.1 to production`,
        `deploy s1 1.0.1 to ${word}`,
        `deploy s1 ${word}`,
        `where ${word}`,
        `health ${word}`,
        `health s1 in ${word}`,
        `restart ${word} in production`,
        `rollback s1 in ${word}`,
        `help ${word}`,
        `approve ${word}`,
        `log ${word}`,
        `announce ${word}`,
        `lock ${word} in production`,
        `audit ${word}`,
      ])
        await say(dana, channelNumber(place++), line);
    assert.deepEqual(
      gavel.log.filter((line) => line.includes('"level":"error"')),
      [],
    );
  });

  it('shows all of it as text, mentions nobody because of it and expands nothing twice', () => {
    const known = new Set([dana, ...[1, 2, 3].map(personNumber)].map((person) => person.id));
    const messages = [...gavel.connector.messages.values()];
    assert.ok(messages.length > 100, `${messages.length} messages`);
    const wrong = messages.flatMap(({ activity }) => wrongInMessage(activity, known));
    const inAnswers = answers.flatMap((body) => wrongInCard((body as { value?: unknown } | undefined)?.value));
    assert.deepEqual([...new Set([...wrong, ...inAnswers])], []);
  });
});
