import type { Command, Feature, Person, Place, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { requireEverywhere, requireService } from '../../core/catalog/refusals';
import { mayAnywhere, shownInPart, wholeService } from '../../core/catalog/rights';
import { plainText } from '../../core/text';
import type { CollectionSpec, Store } from '../../store/contract';
import type { FeatureDependencies } from '../contract';

/** A service whose messages were to go to a place where Gavel isn't any more. */
export interface LostAnnouncement {
  readonly service: string;
  readonly placeName: string;
}

/** Which channel the messages of a service go to. */
export interface Announcements {
  /** The channel that `announce <service> here` chose; undefined when none was, and while Gavel isn't there any more. */
  placeOf(service: string): Promise<string | undefined>;
  /** Every channel that was chosen for some service and where Gavel is, each once. */
  places(): Promise<readonly string[]>;
  /** Chooses this channel for a service, whatever was chosen before. */
  bind(service: string, place: Place, by: Person): Promise<void>;
}

interface Binding {
  readonly service: string;
  readonly placeId: string;
  readonly placeName: string;
  readonly by: string;
  readonly at: number;
  /** The turn that chose this channel, and where it was told before: the same message delivered again gets the same answer. */
  readonly turn?: string;
  readonly before?: string;
}

const bindingsSpec: CollectionSpec<Binding> = {
  name: 'announcements',
  schema: 1,
  indexes: { service: (binding) => binding.service },
  queries: [{ orderBy: 'service' }],
};

/** Services whose channel Gavel has lost, read beside a Gavel that may be running. */
export async function lostAnnouncements(
  store: Store,
  isGone: (placeId: string) => Promise<boolean>,
): Promise<readonly LostAnnouncement[]> {
  const { items } = await store.collection(bindingsSpec).find({ orderBy: 'service', limit: 1000 });
  const gone = await Promise.all(items.map(({ value }) => isGone(value.placeId)));
  return items.flatMap(({ value: { service, placeName } }, index) =>
    gone[index] === true ? [{ service, placeName }] : [],
  );
}

/** Which channel hears about a service. */
export function createAnnouncements(deps: FeatureDependencies): { feature: Feature; announcements: Announcements } {
  const bindings = deps.store.collection(bindingsSpec);
  const bindingOf = (service: string, place: Place, by: Person, turn?: string): Binding => ({
    service,
    placeId: place.id,
    placeName: place.name,
    by: by.id,
    at: deps.clock.now(),
    turn,
  });
  const isGone = deps.isGone ?? (async () => false);
  const announcements: Announcements = {
    async placeOf(service) {
      const placeId = (await bindings.get(service))?.value.placeId;
      return placeId === undefined || (await isGone(placeId)) ? undefined : placeId;
    },
    async places() {
      const { items } = await bindings.find({ orderBy: 'service', limit: 1000 });
      const chosen = [...new Set(items.map(({ value }) => value.placeId))];
      const gone = await Promise.all(chosen.map(isGone));
      return chosen.filter((_, index) => gone[index] !== true);
    },
    async bind(service, place, by) {
      await bindings.upsert(service, () => bindingOf(service, place, by));
    },
  };

  const announce: Command = {
    name: 'announce',
    operation: 'announce',
    summary: 'Sends the messages of a service to this channel',
    topic: 'Ship',
    arguments: [{ name: 'service', kind: 'service', summary: 'the service to announce here', required: true }],
    examples: ['announce shop here'],
    right: 'announce',
    async run(turn, { service = '' }) {
      checkAnnouncement(deps, turn, service);
      const here = plainText(turn.place.name, 80);
      const { value } = await bindings.upsert(service, (known) =>
        known?.placeId === turn.place.id
          ? known
          : {
              ...bindingOf(service, turn.place, turn.person, turn.correlationId),
              before: known?.placeName,
            },
      );
      if (value.turn !== turn.correlationId)
        return { text: `What happens to ${service} is told here already, in ${here}. Nothing was changed.` };
      const moved = value.before === undefined ? '' : ` Until now it was told in ${plainText(value.before, 80)}.`;
      return {
        text: `From now on what happens to ${service} is told here, in ${here}.${moved}`,
        audit: { target: service, outcome: 'announced', detail: { place: turn.place.id } },
      };
    },
  };

  const list: Command = {
    name: 'announcements',
    operation: 'look',
    summary: 'Which channel hears about which service',
    topic: 'Look',
    arguments: [],
    examples: ['announcements'],
    right: 'view',
    async run({ person }) {
      const { items: all } = await bindings.find({ orderBy: 'service', limit: 1000 });
      const items = all.filter(({ value: { service } }) => mayAnywhere(deps.catalog(), person.id, 'view', { service }));
      if (all.length === 0)
        return {
          text: 'No service has a channel yet; messages go where the deployment was asked for. In a channel, write `announce shop here`.',
        };
      const gone = await Promise.all(items.map(({ value }) => isGone(value.placeId)));
      const lines = items.map(({ value }, index) => {
        const where = `- **${plainText(value.service)}** in ${plainText(value.placeName, 80)}`;
        if (!Object.hasOwn(deps.catalog().services, value.service)) return `${where}, no longer in the catalog`;
        return gone[index] === true
          ? `${where}, where I was removed: its messages go where the deployment was asked for`
          : where;
      });
      if (items.length < all.length) lines.push('', shownInPart);
      return { text: lines.join('\n').trim() };
    },
  };

  return { feature: { name: 'announcements', commands: [announce, list] }, announcements };
}

function checkAnnouncement(deps: FeatureDependencies, turn: Turn, service: string): void {
  const catalog = deps.catalog();
  requireService(catalog, service, 'nothing was changed');
  requireEverywhere(catalog, turn.person.id, {
    right: 'announce',
    scope: wholeService(catalog, service),
    what: `choose the channel of ${service}`,
    where: `${service} in every environment`,
  });
  if (!isShared(turn.place))
    throw new UserError('This is a personal chat. Write the same in the channel that should hear about it.');
}

function isShared(place: Place): boolean {
  return place.kind !== 'personal';
}
