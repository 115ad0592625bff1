import { z } from 'zod';
import { defineAction } from '../../../chat/contract';
import type { Action, Command, Place, Reply, Turn } from '../../../chat/contract';
import type { Catalog } from '../../../core/catalog';
import { lacksRight, requireService } from '../../../core/catalog/refusals';
import { mayAnywhere, mayEverywhere, personName, wholeService, whoMayEverywhere } from '../../../core/catalog/rights';
import { UserError } from '../../../core/errors';
import { idFrom, lookUp } from '../../../core/keys';
import { cleanText, enumerate, plainText } from '../../../core/text';
import type { Announcements } from '../../announcements';
import { drawList, showPerson, tellPerson } from '../../contract';
import type { FeatureDependencies } from '../../contract';
import type { GiveRole } from '../../roles';
import { setupTopic } from '../../subscriptions';
import type { Subscriptions } from '../../subscriptions';
import { readHours } from '../parse';
import {
  ChosenSetup,
  describeChoice,
  describeOutdated,
  describeSetup,
  drawSetup,
  revisionOf,
  setupActs,
} from './cards';

interface SetupNeeds {
  readonly deps: FeatureDependencies;
  readonly subscriptions: Subscriptions;
  readonly announcements: Announcements;
  readonly give: GiveRole;
  /** What comes to somebody's personal chat: their settings. */
  readonly showOwn: (turn: Turn) => Promise<Reply>;
}

type SetupMessages = ReturnType<typeof createSetupMessages>;
type SetupParts = SetupNeeds & { readonly messages: SetupMessages };

/** `setup`: what comes to a channel or a group chat, on a card that only the person who sets it up sees. */
export function createSetup(needs: SetupNeeds): {
  command: Command;
  action: Action;
  openAction: Action;
  /** After the welcome of a place: the person who added Gavel gets the card, if they can use it. */
  installed: (turn: Turn) => Promise<void>;
} {
  const { deps, subscriptions } = needs;
  const messages = createSetupMessages(deps, needs);
  const parts: SetupParts = { messages, ...needs };
  const open = (turn: Turn): Promise<Reply> => offerSetup(parts, turn);
  subscriptions.openWith(open);
  needs.announcements.openWith(open);
  return {
    command: {
      name: 'subscription setup',
      operation: 'subscribe',
      synonyms: ['setup', 'set up', 'configure'],
      summary: 'Open the notification settings for this channel',
      topic: 'Talk',
      examples: ['subscription setup'],
      right: 'announce',
      asksFirst: true,
      run: (turn) => open(turn),
    },
    openAction: defineAction({
      verb: 'onboarding.open-setup',
      operation: 'look',
      input: z.object({ id: z.string().min(1).max(300) }),
      async run(turn, { id }) {
        const place = await requireMember(parts, turn, id);
        const catalog = deps.catalog();
        const { services = [] } = (await subscriptions.chosen(id)) ?? {};
        const hasRight = mayAnywhere(catalog, turn.person.id, 'announce');
        requireAnnouncer(catalog, turn, hasRight ? services : Object.keys(catalog.services));
        return messages.drawForm(turn, place);
      },
    }),
    action: defineAction({
      verb: 'onboarding.setup',
      operation: 'subscribe',
      also: ['announce', 'grant'],
      acts: async (_turn, chosen) => setupActs(chosen),
      input: ChosenSetup,
      preview: async (turn, chosen) => {
        const approverName = personName(deps.catalog(), chosen.approver);
        return describeSetup(chosen, { ...(await checkSetup(parts, turn, chosen)), approverName });
      },
      run: (turn, chosen) => saveSetup(parts, turn, chosen),
    }),
    async installed(turn) {
      if (turn.place.kind === 'personal' || !mayAnywhere(deps.catalog(), turn.person.id, 'announce')) return;
      await messages.offer(turn, `installed-${turn.correlationId}`);
    },
  };
}

async function offerSetup({ deps, messages, showOwn }: SetupParts, turn: Turn): Promise<Reply> {
  if (turn.place.kind === 'personal') return showOwn(turn);
  const catalog = deps.catalog();
  if (!mayAnywhere(catalog, turn.person.id, 'announce')) requireAnnouncer(catalog, turn, Object.keys(catalog.services));
  await messages.offer(turn, turn.correlationId);
  return {
    notice: `I sent ${plainText(turn.person.name, 60)} the notification settings for this ${turn.place.kind === 'group' ? 'chat' : 'channel'}.`,
  };
}

/** The place with this id, for its members. */
async function requireMember(
  { deps, messages }: Pick<SetupParts, 'deps' | 'messages'>,
  turn: Turn,
  placeId: string,
): Promise<Place> {
  const place = await messages.findPlace(placeId);
  if (!place)
    throw new UserError(
      'I can’t find that channel anymore. Nothing was changed. If it still exists, add me to it and type `setup` there.',
    );
  if (place.kind !== 'personal' && (await deps.isStillIn?.(turn.person.id, place.id)) === false)
    throw new UserError(
      `You aren’t a member of ${plainText(place.name, 60)}. Nothing was changed. A member can type \`setup\` there.`,
    );
  return place;
}

/** What to save and where, for people who can do that. */
async function checkSetup({ deps, messages, subscriptions }: SetupParts, turn: Turn, chosen: ChosenSetup) {
  const place = await requireMember({ deps, messages }, turn, chosen.id);
  const catalog = deps.catalog();
  const services = [...new Set(chosen.services.map((each) => each.toLowerCase()))];
  for (const each of services) requireService(catalog, each, 'nothing was changed');
  const known = Object.keys(catalog.environments).filter((each) => !lookUp(catalog.environments, each)?.practice);
  const environments = known.filter((each) => chosen.environments.includes(each));
  const before = (await subscriptions.chosen(place.id))?.services ?? [];
  requireAnnouncer(catalog, turn, [...new Set([...services, ...before])]);
  if (services.length === 0 && before.length === 0)
    throw new UserError('No service was chosen. Nothing was changed. Choose at least one, then save again.');
  const hours = readHours(chosen.hours);
  if (hours === undefined)
    throw new UserError(
      'I don’t understand these quiet hours. Nothing was changed. Type a start and an end, such as `22:00-07:00`, or `none` to turn them off.',
    );
  return { place, services, environments: environments.length === known.length ? [] : environments, hours };
}

async function saveSetup(parts: SetupParts, turn: Turn, chosen: ChosenSetup): Promise<Reply> {
  const { announcements, deps, messages, subscriptions } = parts;
  const { place, services, environments, hours } = await checkSetup(parts, turn, chosen);
  const before = await subscriptions.chosen(place.id);
  // A form of an earlier version doesn't say what it was drawn from: it can fill an empty place, but overwrites nothing.
  const bound = await messages.readBound();
  if ((chosen.revision ?? revisionOf(undefined, bound)) !== revisionOf(before, bound)) {
    const outdated = describeOutdated({ ...chosen, services, environments, hours }, before, bound);
    return outdated === undefined ? messages.drawSaved(turn, place) : messages.drawForm(turn, place, outdated);
  }
  const { outcomes, when } = chosen;
  const digest = when === 'digest';
  const zone = deps.catalog().timeZone;
  await subscriptions.choose(place.id, { to: 'place', services, environments, outcomes, digest, hours, zone }, place);
  if (chosen.cards === 'true') for (const service of services) await announcements.bind(service, place, turn.person);
  const given = await giveApprover(parts, turn, chosen.approver, services);
  await messages.test(turn, place, services);
  const where = plainText(place.name, 60);
  const saved =
    services.length === 0
      ? `**${where} no longer gets notifications.**`
      : `**${where} gets notifications about ${plainText(enumerate(services), 150)}**, ${digest ? 'once a day' : 'right away'}.${chosen.cards === 'true' ? ' Deployment cards and approval requests go there, too.' : ''} A test message is on its way.`;
  return {
    ...(await messages.drawSaved(turn, place, `${saved}${given}`)),
    audit: {
      target: `setup of ${place.id}`.slice(0, 120),
      outcome: 'set up',
      detail: { services: services.join(', '), outcomes, when, hours },
    },
  };
}

/** The right is checked at the click, for what is chosen and for what is removed. */
function requireAnnouncer(catalog: Catalog, { person }: Turn, services: readonly string[]): void {
  const barred = services.filter((each) => !mayEverywhere(catalog, person.id, 'announce', wholeService(catalog, each)));
  const [first] = barred;
  if (first === undefined) return;
  throw lacksRight(catalog, {
    ...{ right: 'announce', reach: { service: first } },
    act: `choose where messages about ${cleanText(enumerate(barred), 100)} go`,
    able: whoMayEverywhere(catalog, 'announce', wholeService(catalog, first)).map(({ name }) => name),
  });
}

/** Making somebody an approver is an ordinary grant; if it is refused, the rest is still saved. */
async function giveApprover(
  { deps, give }: SetupParts,
  turn: Turn,
  personId: string,
  services: readonly string[],
): Promise<string> {
  if (personId === '' || services.length === 0) return '';
  const name = personName(deps.catalog(), personId);
  if (name === undefined) return ' No approver was added: I don’t know the person you chose.';
  const who = plainText(name, 60);
  const refused = await give(turn, { person: { id: personId, name }, role: 'approver', scope: { services } });
  return refused === undefined
    ? ` ${who} is now an approver for ${plainText(enumerate(services), 100)}.`
    : // The notifications were saved.
      ` I couldn’t make ${who} an approver. ${refused.replace(' Nothing was changed.', '')}`;
}

interface Visited {
  readonly place: Place;
  readonly seenAt: number;
  /** Where it was last requested. */
  readonly thread?: string;
}

/** The setup card goes to one person, and the test message to the place that was set up. */
function createSetupMessages(
  deps: FeatureDependencies,
  { subscriptions, announcements }: Pick<SetupNeeds, 'subscriptions' | 'announcements'>,
) {
  const { catalog, clock, outbox, store } = deps;
  const visited = store.collection<Visited>({ name: 'setup-places', schema: 1, indexes: {}, queries: [] });
  const findPlace = async (id: string): Promise<Place | undefined> => (await visited.get(id))?.value.place;
  const tellPlace = (placeId: string, key: string, text: string, thread?: string): Promise<void> =>
    outbox.put({
      ...{ key, content: { text }, revision: 1, final: true },
      destination: { to: 'place', placeId, ...(thread !== undefined && { thread }) },
    });

  // Gavel can't write to people who never wrote to it in private: it says so where they asked.
  outbox.onUndeliverable('setup:', async (key) => {
    const placeId = key.split(':').slice(2).join(':');
    const thread = (await visited.get(placeId))?.value.thread;
    const text =
      '**I can’t reach you in a personal chat**, so I couldn’t send the setup card. Open a chat with me and say hello, then type `@Gavel setup` here again.';
    await tellPlace(placeId, `setup-missed:${key}`, text, thread);
  });

  outbox.onUndeliverable('setup-test:', async (key, destination) => {
    const place = destination.to === 'place' ? await findPlace(destination.placeId) : undefined;
    await tellPerson(deps, key.split(':').slice(2).join(':'), `setup-failed:${key}`, {
      text: `**The test message didn’t arrive in ${plainText(place?.name ?? 'that channel', 60)}.** Teams won’t let me post there. Add me to that channel or chat, then type \`setup\` in it.`,
    });
  });

  const readBound = () => announcements.boundTo(Object.keys(catalog().services));

  /** What a form becomes once somebody has saved one for this place. */
  async function drawSaved(turn: Pick<Turn, 'reference'>, place: Place, sentence = '') {
    const list = describeChoice(place, await subscriptions.chosen(place.id), await readBound(), sentence);
    return { ...drawList(deps, turn, list), about: setupTopic(place.id) };
  }

  outbox.drawCopies(setupTopic(''), async ({ about, reference }) => {
    const place = await findPlace(about.slice(setupTopic('').length));
    return place && drawSaved({ reference }, place);
  });

  return {
    /** A place where the card was requested. */
    findPlace,
    readBound,
    /** Sends the card, once for each `key`. */
    async offer({ place, person, thread, reference }: Turn, key: string): Promise<void> {
      const now = clock.now();
      await visited.upsert(place.id, () => ({ place, seenAt: now, thread }));
      const choice = await subscriptions.chosen(place.id);
      const bound = await readBound();
      const content = drawSetup({ catalog: catalog(), personId: person.id, place, choice, bound, now, reference });
      await showPerson({ outbox }, { person, reference }, `setup:${key}:${place.id}`, {
        ...content,
        about: setupTopic(place.id),
      });
    },
    /** The form as an answer, with the current settings. */
    async drawForm({ person, reference }: Turn, place: Place, notice?: string) {
      const choice = await subscriptions.chosen(place.id);
      const bound = await readBound();
      const view = { catalog: catalog(), personId: person.id, place, choice, bound, now: clock.now(), reference };
      return { ...drawSetup({ ...view, ...(notice !== undefined && { notice }) }), about: setupTopic(place.id) };
    },
    drawSaved,
    /** Posts in the place what it is notified about from now on. */
    test({ person, correlationId }: Turn, place: Place, services: readonly string[]): Promise<void> {
      const [who, where] = [person, place].map(({ name }) => plainText(name, 60));
      const text =
        services.length === 0
          ? `${who} turned off notifications here. Type \`@Gavel setup\` to choose new ones.`
          : `**Test message: notifications arrive here.** ${who} chose notifications about ${plainText(enumerate(services), 150)} for ${where}.`;
      return tellPlace(place.id, `setup-test:${idFrom('setup-test', place.id, correlationId)}:${person.id}`, text);
    },
  };
}
