import { ConversationState, MemoryStorage, TestAdapter } from 'botbuilder';
import * as library from 'botbuilder-dialogs';
import { dialogTurn } from '../../../src/chat/contract';
import type { Copy, Outbox, Person, Turn } from '../../../src/chat/contract';
import { createRouter } from '../../../src/chat/router';
import { renderCard } from '../../../src/core/card';
import { parseCatalog } from '../../../src/core/catalog';
import type { Catalog } from '../../../src/core/catalog';
import { createFeatures } from '../../../src/features';
import { createFakeWorld, people, sampleCatalogText, turnOf } from '../fakes';
import type { FakeWorld } from '../fakes';
import { privately, wordsOf } from '../talk-world';

/** Onboarding over real features and the real dialog, with clicks and typed lines. */
export interface GuideWorld {
  readonly world: FakeWorld;
  /** Types a line; returns all replies as one text. */
  say(who: Person, line: string): Promise<string>;
  /** Types a command, as the router gets it. */
  command(who: Person, line: string, more?: Partial<Turn>): Promise<string>;
  click(who: Person, verb: string, input: object, more?: Partial<Turn>): Promise<string>;
  /** Simulates that Teams refuses the last message whose key begins like this. */
  refuse(begin: string): Promise<void>;
  /** The current content of a card's copy. */
  drawCopy(copy: Copy): Promise<string>;
  /** A new process over the same store. */
  restart(): void;
  readonly features: ReturnType<typeof createFeatures>;
  close(): Promise<void>;
}

const withPractice = `${sampleCatalogText
  .replace('environments: [staging, production]', 'environments: [staging, production, practice]')
  .replace(
    '  - { everyone: true, role: viewer }\n',
    '  - { everyone: true, role: viewer }\n  - { everyone: true, role: developer, environments: [practice] }\n',
  )}  practice:
    practice: true
    risk: low
    deploy: { required: 1 }
    rollback: { required: 0 }
    restart: { required: 0 }
    verifyForSeconds: 5
    rollBackAutomatically: true
`;

function catalogOf(): Catalog {
  const result = parseCatalog(withPractice);
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  return result.catalog;
}

export function createGuideWorld(): GuideWorld {
  const sample = catalogOf();
  const catalog = (): Catalog => sample;
  const world = createFakeWorld();
  const drawers: Parameters<Outbox['drawCopies']>[] = [];
  const listeners: [string, Parameters<Outbox['onUndeliverable']>[1]][] = [];
  const outbox: Outbox = {
    ...world.outbox,
    onUndeliverable: (prefix, listener) => void listeners.push([prefix, listener]),
    drawCopies: (...drawer) => void drawers.push(drawer),
  };
  const deps = { ...world.deps, outbox, catalog };
  const features = createFeatures(deps);
  const { clock, logger, store } = deps;
  const router = createRouter({
    features: features.features,
    catalog: features.catalog,
    audit: store.audit,
    clock,
    logger,
  });
  let talkers = new Map<string, (line: string | undefined) => Promise<string>>();

  /** One person's dialog; `undefined` begins it. */
  function talker(who: Person): (line: string | undefined) => Promise<string> {
    const state = new ConversationState(new MemoryStorage());
    const set = new library.DialogSet(state.createProperty('dialogs'));
    for (const dialog of features.features.flatMap((each) => each.dialogs ?? [])) set.add(dialog.make(library));
    let begin = false;
    const adapter = new TestAdapter(async (context) => {
      context.turnState.set(dialogTurn, turn(who));
      const dialog = await set.createContext(context);
      if (begin) await dialog.beginDialog('onboarding.guide');
      else await dialog.continueDialog();
      await state.saveChanges(context);
    });
    return async (line) => {
      adapter.activeQueue.length = 0;
      begin = line === undefined;
      const before = world.outbox.puts.length;
      await adapter.receiveActivity(line ?? 'begin');
      const cards = world.outbox.puts.slice(before).filter(({ key }) => key.startsWith('guide:'));
      return [
        ...adapter.activeQueue.map(({ text = '' }) => text),
        ...cards.map(({ content }) =>
          'card' in content ? JSON.stringify(renderCard(content.card, content.data)) : '',
        ),
      ].join('\n');
    };
  }

  function talkerOf(who: Person): (line: string | undefined) => Promise<string> {
    const known = talkers.get(who.id) ?? talker(who);
    talkers.set(who.id, known);
    return known;
  }

  function turn(who: Person, more: Partial<Turn> = {}): Turn {
    return turnOf(who, { ...privately(who), ...more });
  }

  /** A turn whose new dialog answers, too. */
  async function answered(who: Person, more: Partial<Turn>, run: (turn: Turn) => Promise<string>): Promise<string> {
    const begun: string[] = [];
    const begin = async (): Promise<void> => void begun.push(await talkerOf(who)(undefined));
    const own = await run(turn(who, { begin, ...more }));
    return [own, ...begun].join('\n');
  }

  return {
    world,
    features,
    say: (who, line) => talkerOf(who)(line),
    command: (who, line, more = {}) =>
      answered(who, { trigger: 'typed', ...more }, async (each) => wordsOf(await router.handleText(each, line))),
    click: (who, verb, input, more = {}) =>
      answered(who, more, async (each) => wordsOf(await router.handleAction(each, verb, input))),
    async refuse(begin) {
      const message = world.outbox.puts.findLast(({ key }) => key.startsWith(begin));
      if (!message) throw new Error(`Nothing was sent as ${begin}`);
      for (const [prefix, listener] of listeners)
        if (message.key.startsWith(prefix)) await listener(message.key, message.destination);
    },
    async drawCopy(copy) {
      const drawn = await drawers.find(([prefix]) => copy.about.startsWith(prefix))?.[1](copy);
      return drawn ? JSON.stringify(renderCard(drawn.card, drawn.data)) : '';
    },
    restart() {
      talkers = new Map();
    },
    async close() {
      await features.idle();
      await world.close();
    },
  };
}

export const { nico, dana, ada } = people;
