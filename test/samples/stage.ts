import assert from 'node:assert/strict';
import type { CardContent, Content, Person, Place, Reply, Turn } from '../../src/chat/contract';
import { idFrom } from '../../src/core/keys';
import { places, turnOf } from '../features/fakes';
import type { FakeWorld } from '../features/fakes';
import { createTalkWorld } from '../features/talk-world';
import { sandboxCatalogText } from './catalogs';
import type { DrawnScene } from './contract';
import { connectServices, stock } from './releases';
import type { Reading } from './releases';

/** A small Gavel in which people type and click, and whose answers become samples: real features, with the sandbox’s people and services. */

/** Where somebody types: in the team’s channel, in their personal chat, or in another place. */
export type Where = 'channel' | 'personal' | Place;

export interface Stage {
  readonly world: FakeWorld;
  /** How each `service/environment` is. */
  readonly readings: Map<string, Reading>;
  /** Replaces the sandbox’s catalog by a changed one. */
  changeCatalog(change: (text: string) => string): void;
  /** Answers of the real features to a line; in the personal chat unless it says otherwise. */
  type(who: Person, line: string, where?: Where, more?: Partial<Turn>): Promise<Reply>;
  /** Answers a clicked button. */
  click(who: Person, verb: string, input: object, where?: Where, more?: Partial<Turn>): Promise<Reply>;
  /** Requests what the picker for this line shows, such as `deploy shop 2.14.0 to production`; the answer is the card of the request. */
  request(who: Person, line: string): Promise<Reply>;
  /** What a button asks first: in a dialog, or in the personal chat. */
  ask(who: Person, verb: string, id: string, where?: Where): Promise<Reply>;
  /** Starts to look for what waits in the tools. */
  begin(): Promise<void>;
  /** What somebody sees when Gavel is added there. */
  welcome(who: Person, where?: Where): Promise<Reply>;
  /** The newest message with this card; fails if there is none. */
  sent(card: CardContent['card']): Content;
  /** Keeps this card as a sample in this state; fails if it isn’t one. */
  keep(state: string, shown: Reply | Content): void;
  /** `keep` of the answer to a line. */
  show(state: string, who: Person, line: string, where?: Where, more?: Partial<Turn>): Promise<void>;
}

type More = Parameters<typeof createTalkWorld>[1];

/** Draws the samples that `play` keeps, in a world of its own. */
export function scene(play: (stage: Stage) => Promise<void>, more?: More): DrawnScene {
  return {
    async draw() {
      const drawn: { readonly state: string; readonly content: CardContent }[] = [];
      const talk = createTalkWorld({}, more);
      const { world, router } = talk;
      let turns = 0;
      const turn = (who: Person, where: Where, trigger: Turn['trigger'], own: Partial<Turn> = {}): Turn =>
        turnOf(who, {
          correlationId: idFrom('turn', String((turns += 1))),
          reference: '4f2a91c0',
          receivedAt: world.clock.now(),
          place: placeFor(who, where),
          trigger,
          ...own,
        });
      world.changeCatalog(() => sandboxCatalogText);
      stock(world);
      world.connector.title = 'Jenkins';
      const readings = connectServices(world);
      const stage: Stage = {
        world,
        readings,
        changeCatalog: (change) => world.changeCatalog(() => change(sandboxCatalogText)),
        type: (who, line, where = 'personal', own) => router.handleText(turn(who, where, 'typed', own), line),
        click: (who, verb, input, where = 'personal', own) =>
          router.handleAction(turn(who, where, 'clicked', own), verb, input),
        async request(who, line) {
          const picker = await stage.type(who, line);
          const verb = line.startsWith('rollback') ? 'deployments.rollback-service' : 'deployments.request';
          const requested = await stage.click(who, verb, { id: idOf(picker), reason: 'checkout fails' });
          await world.pass(1000);
          return requested;
        },
        async ask(who, verb, id, where = 'channel') {
          const reply = await router.handleQuestion(turn(who, where, 'clicked'), verb, { id });
          assert.ok('card' in reply && reply.card === 'chat/dialog', JSON.stringify(reply));
          // A dialog has its title already.
          return where === 'personal' ? reply : { ...reply, data: { ...reply.data, heading: '' } };
        },
        begin: () => talk.features.begin(),
        welcome: (who, where = 'personal') => talk.features.welcome(turn(who, where, 'typed')),
        sent(card) {
          const found = [...world.outbox.messages.values()].findLast(
            ({ content }) => 'card' in content && content.card === card,
          );
          return found?.content ?? assert.fail(`No message shows ${card}`);
        },
        keep(state, shown) {
          assert.ok('card' in shown, `${state}: ${JSON.stringify(shown)}`);
          drawn.push({ state, content: withSteadyIds({ card: shown.card, data: shown.data } as CardContent) });
        },
        show: async (state, ...said) => stage.keep(state, await stage.type(...said)),
      };
      try {
        await play(stage);
      } finally {
        await talk.close();
      }
      return drawn;
    },
  };
}

function placeFor(who: Person, where: Where): Place {
  if (where === 'channel') return places.deployments;
  return where === 'personal' ? { id: `personal:${who.id}`, kind: 'personal', name: 'personal chat' } : where;
}

/** The id of what this card is about. */
export function idOf(shown: Reply | Content): string {
  const { id, next } = ('card' in shown ? shown.data : {}) as { id?: string; next?: { id: string } };
  return id ?? next?.id ?? assert.fail(JSON.stringify(shown));
}

/** Random ids become numbers in their order, and references and cursors are the same, so that a sample drawn again is the same. */
function withSteadyIds(content: CardContent): CardContent {
  const ids: string[] = [];
  const labels: string[] = [];
  const text = JSON.stringify(content)
    .replaceAll(/(?<=ref\u00A0)[0-9a-f]{8}/g, '4f2a91c0')
    .replaceAll(/\bA-[0-9a-f]{6}\b/g, (label) => {
      if (!labels.includes(label)) labels.push(label);
      return `A-1f93c${(labels.indexOf(label) + 7).toString(16)}`;
    })
    .replaceAll(/(?<=")eyJ[\w-]+(?=")/g, withSteadyCursor)
    .replaceAll(/(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/g, (id) => {
      if (!ids.includes(id)) ids.push(id);
      return (ids.indexOf(id) + 1).toString(16).padStart(32, '0');
    });
  return JSON.parse(text) as CardContent;
}

/** The id of a button that leads to older entries, without the random id where they begin. */
function withSteadyCursor(encoded: string): string {
  const { cursor, ...asked } = JSON.parse(Buffer.from(encoded, 'base64url').toString()) as { cursor?: string };
  const steady = cursor === undefined || cursor === '-' ? { ...asked, cursor } : { ...asked, cursor: 'older' };
  return Buffer.from(JSON.stringify(steady)).toString('base64url');
}
