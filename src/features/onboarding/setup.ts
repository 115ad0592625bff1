import type { Action, Command, Place, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/ids';
import { lookUp } from '../../core/look-up';
import { mayAnywhere, mayEverywhere, personName, whoMayEverywhere, wholeService } from '../../core/catalog/rights';
import { enumerate, plainText } from '../../core/text';
import { requireService } from '../../core/catalog/unknown-names';
import type { Announcements } from '../announcements';
import { defineAction } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import type { GiveRole } from '../roles';
import type { Subscriptions } from '../subscriptions';
import { readHours } from './answers';
import { setupCard } from './setup-card';
import { Chosen, chosenWords, setupActs } from './setup-chosen';

/** `setup`: what comes to a channel or a group chat, by one card that only who sets it up sees. */

export interface SetupNeeds {
  readonly subscriptions: Subscriptions;
  readonly announcements: Announcements;
  readonly give: GiveRole;
}

interface Visited {
  readonly place: Place;
  readonly seenAt: number;
  /** Where it was asked for last. */
  readonly thread?: string;
}

export function createSetup(deps: FeatureDependencies, { subscriptions, announcements, give }: SetupNeeds) {
  const { catalog, clock, outbox, store } = deps;
  const visited = store.collection<Visited>({ name: 'setup-places', schema: 1, indexes: {}, queries: [] });

  /** Sends the card to this person alone; `key` makes it once. */
  async function offer(turn: Turn, key: string): Promise<void> {
    const { place, person, reference } = turn;
    await visited.upsert(place.id, () => ({ place, seenAt: clock.now(), thread: turn.thread }));
    const wish = await subscriptions.chosen(place.id);
    const view = { catalog: catalog(), personId: person.id, place, wish, now: clock.now(), reference };
    await outbox.put({
      key: `setup:${key}:${place.id}`,
      destination: { to: 'person', personId: person.id },
      content: setupCard(view),
      revision: 1,
      final: true,
    });
  }

  async function ask(turn: Turn): Promise<Reply> {
    if (turn.place.kind === 'personal')
      return {
        text: '**I set up channels and group chats from within.** Write `@Gavel setup` there; for yourself there is `settings`.',
      };
    await offer(turn, turn.correlationId);
    return { notice: `I have sent ${plainText(turn.person.name, 60)} the card that sets this place up.` };
  }

  /** What is to be saved where, for those who may. */
  async function judged(turn: Turn, chosen: Chosen) {
    const place = (await visited.get(chosen.id))?.value.place;
    if (!place) throw new UserError('I do not know that place any more, so nothing was changed. Write setup there.');
    if (place.kind !== 'personal' && (await deps.isStillIn?.(turn.person.id, place.id)) === false)
      throw new UserError(
        `You aren't a member of ${plainText(place.name, 60)}, so nothing was changed. Somebody who is can write setup there.`,
      );
    const all = catalog();
    const services = [...new Set(chosen.services.map((each) => each.toLowerCase()))];
    for (const each of services) requireService(all, each, 'nothing was changed');
    const known = Object.keys(all.environments).filter((each) => !lookUp(all.environments, each)?.practice);
    const environments = known.filter((each) => chosen.environments.includes(each));
    const before = (await subscriptions.chosen(place.id))?.services ?? [];
    refuseOthers(turn, [...new Set([...services, ...before])]);
    if (services.length === 0 && before.length === 0)
      throw new UserError(
        'No service was chosen, so nothing was changed. Choose those that belong there, then save again.',
      );
    const hours = readHours(chosen.hours);
    if (hours === undefined)
      throw new UserError(
        'I can not read these quiet hours, so nothing was changed. Write two times, such as 22:00-07:00, or none.',
      );
    return { place, services, environments: environments.length === known.length ? [] : environments, hours };
  }

  async function save(turn: Turn, chosen: Chosen): Promise<Reply> {
    const { place, services, environments, hours } = await judged(turn, chosen);
    const digest = chosen.when === 'digest';
    await subscriptions.choose(
      place.id,
      {
        to: 'place',
        services,
        environments,
        outcomes: chosen.outcomes,
        digest,
        hours,
        zone: catalog().timeZone,
      },
      place,
    );
    if (chosen.cards === 'true') for (const service of services) await announcements.bind(service, place, turn.person);
    const given = await giveApprover(turn, chosen.approver, services);
    await test(turn, place, services);
    const where = plainText(place.name, 60);
    const said =
      services.length === 0
        ? `**${where} hears of nothing any more.**`
        : `**${where} hears of ${plainText(enumerate(services), 150)}**, ${digest ? 'once a day' : 'at once'}. A test message is on its way there.`;
    return {
      text: `${said}${given} \`setup\` there changes it at any time.`,
      audit: {
        target: `setup of ${place.id}`.slice(0, 120),
        outcome: 'set up',
        detail: { services: services.join(', '), outcomes: chosen.outcomes, when: chosen.when, hours },
      },
    };
  }

  /** The right is checked at the click, for what is chosen and for what is taken away. */
  function refuseOthers({ person }: Turn, services: readonly string[]): void {
    const all = catalog();
    const barred = services.filter((service) => !mayEverywhere(all, person.id, 'announce', wholeService(all, service)));
    const [first] = barred;
    if (first === undefined) return;
    const who = whoMayEverywhere(all, 'announce', wholeService(all, first)).map(({ name }) => plainText(name, 60));
    throw new UserError(
      `You can't choose where messages of ${plainText(enumerate(barred), 100)} go, so nothing was changed. ${who.length > 0 ? `${enumerate(who.slice(0, 4), 'or')} can` : 'Nobody can yet'}; \`access announce\` asks for the right.`,
    );
  }

  /** Making somebody an approver is a grant like any other; when it is refused the rest stands. */
  async function giveApprover(turn: Turn, personId: string, services: readonly string[]): Promise<string> {
    if (personId === '' || services.length === 0) return '';
    const name = personName(catalog(), personId);
    if (name === undefined) return ' Nobody new approves: I do not know whom you chose.';
    const who = plainText(name, 60);
    const refused = await give(turn, { person: { id: personId, name }, role: 'approver', scope: { services } });
    return refused === undefined
      ? ` ${who} approves for ${plainText(enumerate(services), 100)} from now on.`
      : ` ${who} was not made an approver: ${refused}`;
  }

  const test = (turn: Turn, place: Place, services: readonly string[]): Promise<void> =>
    outbox.put({
      key: `setup-test:${idFrom('setup-test', place.id, turn.correlationId)}:${turn.person.id}`,
      destination: { to: 'place', placeId: place.id },
      content: {
        text:
          services.length === 0
            ? `${plainText(turn.person.name, 60)} has ended what came here by itself. Write \`@Gavel setup\` to choose anew.`
            : `**This is a test message, and it arrived.** ${plainText(turn.person.name, 60)} chose that ${plainText(place.name, 60)} hears of ${plainText(enumerate(services), 150)}.`,
      },
      revision: 1,
      final: true,
    });

  // Whoever never spoke to Gavel alone can not be written to: said where they asked.
  outbox.onUndeliverable('setup:', async (key) => {
    const placeId = key.split(':').slice(2).join(':');
    const thread = (await visited.get(placeId))?.value.thread;
    await outbox.put({
      key: `setup-missed:${key}`,
      destination: { to: 'place', placeId, ...(thread !== undefined && { thread }) },
      content: {
        text: '**I can not write to you alone yet**, so the card that sets this place up did not arrive. Open a chat with me, say hello there, then write `@Gavel setup` here again.',
      },
      revision: 1,
      final: true,
    });
  });

  outbox.onUndeliverable('setup-test:', async (key, destination) => {
    const place = destination.to === 'place' ? (await visited.get(destination.placeId))?.value.place : undefined;
    const personId = key.split(':').slice(2).join(':');
    await outbox.put({
      key: `setup-failed:${key}`,
      destination: { to: 'person', personId },
      content: {
        text: `**The test message did not arrive in ${plainText(place?.name ?? 'that place', 60)}.** Teams does not let me write there: add me to that channel or chat, then write \`setup\` in it.`,
      },
      revision: 1,
      final: true,
    });
  });

  const command: Command = {
    name: 'setup',
    operation: 'subscribe',
    synonyms: ['set up', 'configure'],
    summary: 'What comes to this channel, and when',
    topic: 'Talk',
    arguments: [],
    examples: ['setup'],
    right: 'announce',
    asksFirst: true,
    inManifest: false,
    run: (turn) => ask(turn),
  };
  const action: Action = defineAction({
    verb: 'onboarding.setup',
    operation: 'subscribe',
    also: ['announce', 'grant'],
    acts: async (_turn, chosen) => setupActs(chosen),
    input: Chosen,
    preview: async (turn, chosen) => {
      const approverName = personName(catalog(), chosen.approver);
      return chosenWords(chosen, { ...(await judged(turn, chosen)), approverName });
    },
    run: save,
  });
  return {
    command,
    action,
    /** After the welcome of a place: who added Gavel gets the card, when they may use it. */
    async installed(turn: Turn): Promise<void> {
      if (turn.place.kind === 'personal' || !mayAnywhere(catalog(), turn.person.id, 'announce')) return;
      await offer(turn, `installed-${turn.correlationId}`);
    },
  };
}
