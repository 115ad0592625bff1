import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { CloudAdapter, ConversationState, MemoryStorage, TurnContext, UserState } from 'botbuilder';
import type { Activity } from 'botbuilder';
import { silentLogger } from '../../src/core/telemetry/logger';
import { openSqliteStore } from '../../src/store/sqlite';
import { figure, median, times } from './contract';
import type { Measurement } from './contract';

const atOnce = 32;
const turns = 640;

interface State {
  readonly count: number;
  readonly text: string;
}

/** Each of 32 people has turn after turn; returns the time of one turn in microseconds, and its processor time. */
async function turnsOf(turn: (person: number) => Promise<void>): Promise<{ wallUs: number; cpuUs: number }> {
  const before = process.cpuUsage();
  const begun = performance.now();
  const each = async (person: number): Promise<void> => {
    for (let count = 0; count < turns / atOnce; count++) await turn(person);
  };
  await Promise.all(Array.from({ length: atOnce }, (_, person) => each(person)));
  const { user, system } = process.cpuUsage(before);
  return { wallUs: ((performance.now() - begun) * 1_000) / turns, cpuUs: (user + system) / turns };
}

/** The state of user and conversation as a bot of the samples keeps it. */
function createPeer(texts: {
  readonly user: string;
  readonly conversation: string;
}): (person: number) => Promise<void> {
  const memory = new MemoryStorage();
  const [users, conversations] = [new UserState(memory), new ConversationState(memory)];
  const of = { user: users.createProperty<State>('state'), conversation: conversations.createProperty<State>('state') };
  const adapter = new CloudAdapter();
  return async (person) => {
    const activity = {
      type: 'message',
      channelId: 'msteams',
      from: { id: `29:${person}` },
      recipient: { id: '28:bot' },
      conversation: { id: `19:${person}` },
    };
    const context = new TurnContext(adapter, activity as Partial<Activity>);
    for (const name of ['user', 'conversation'] as const) {
      const state = await of[name].get(context, { count: 0, text: '' });
      await of[name].set(context, { count: state.count + 1, text: texts[name] });
    }
    await Promise.all([users.saveChanges(context), conversations.saveChanges(context)]);
  };
}

export const save: Measurement = {
  how: 'What one turn costs that changes two records (0.6 and 1.2 kB), 32 people at once: Gavel’s embedded store, which acknowledges only what lies on the disk, beside botbuilder’s UserState and ConversationState on MemoryStorage, which forgets everything when the process ends.',
  async measure({ rounds, folder }) {
    const data = mkdtempSync(join(folder, 'save-'));
    const store = openSqliteStore({
      file: join(data, 'gavel.db'),
      auditKeyFile: join(data, 'audit.key'),
      auditAnchorFile: join(data, 'anchors'),
      instance: 'bench',
      logger: silentLogger,
    });
    const records = store.collection<State>({ name: 'states', schema: 1, indexes: {}, queries: [] });
    const texts = { user: 'u'.repeat(600), conversation: 'c'.repeat(1_200) };
    const own = async (person: number): Promise<void> => {
      const changes = Object.entries(texts).map(([name, text]) =>
        records.upsert(`${name}-${person}`, (state) => ({ count: (state?.count ?? 0) + 1, text })),
      );
      await Promise.all(changes);
    };
    const peer = createPeer(texts);
    const figures = {
      own: [] as Awaited<ReturnType<typeof turnsOf>>[],
      peer: [] as Awaited<ReturnType<typeof turnsOf>>[],
    };
    for (let round = 0; round <= rounds; round++)
      for (const [side, turn] of [
        ['own', own],
        ['peer', peer],
      ] as const) {
        const cost = await turnsOf(turn);
        if (round > 0) figures[side].push(cost);
      }
    await store.close();
    return (['wallUs', 'cpuUs'] as const).map((what) => {
      const [mine, theirs] = [
        median(figures.own.map((one) => one[what])),
        median(figures.peer.map((one) => one[what])),
      ];
      return {
        what: `a durable save of one turn: ${what === 'wallUs' ? 'time' : 'processor time'}, peer MemoryStorage`,
        gavel: `${figure(mine)} µs`,
        peer: `${figure(theirs)} µs`,
        ratio: times(mine / theirs),
        ...(what === 'wallUs' ? { aim: 'at most 3×', holds: mine <= 3 * theirs } : { aim: '–' }),
      };
    });
  },
};
