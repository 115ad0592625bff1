import type { Command, DescribeAudit, Feature, Person, Place, Reply, Turn } from '../../chat/contract';
import { requireEverywhere, requireService } from '../../core/catalog/refusals';
import { mayAnywhere, shownInPart, wholeService } from '../../core/catalog/rights';
import { UserError } from '../../core/errors';
import { plainText } from '../../core/text';
import type { Collection, CollectionSpec, Store } from '../../store/contract';
import type { FeatureDependencies } from '../contract';

/** A service whose channel Gavel was removed from. */
interface LostAnnouncement {
  readonly service: string;
  readonly placeName: string;
}

/** The channel for each service's messages. */
export type Announcements = ReturnType<typeof createAnnouncements>['announcements'];

/** Opens the card of what comes to a channel, in the place of this turn. */
export type OpenCard = (turn: Turn) => Promise<Reply>;

interface Binding {
  readonly service: string;
  readonly placeId: string;
  readonly placeName: string;
  readonly by: string;
  readonly at: number;
  /** The turn that chose this channel, and the earlier channel: the same message delivered again gets the same answer. */
  readonly turn?: string;
  readonly before?: string;
}

const bindingsSpec: CollectionSpec<Binding> = {
  name: 'announcements',
  schema: 1,
  indexes: { service: (binding) => binding.service },
  queries: [{ orderBy: 'service' }],
};

/** The chosen channels in the order of their services, and whether Gavel was removed from them. */
async function readBindings(bindings: Collection<Binding>, isGone: FeatureDependencies['isGone']) {
  const { items } = await bindings.find({ orderBy: 'service', limit: 1000 });
  return Promise.all(items.map(async ({ value }) => ({ ...value, isLost: (await isGone?.(value.placeId)) ?? false })));
}

/** Services whose channel Gavel was removed from, read while another Gavel may be running. */
export async function lostAnnouncements(
  store: Store,
  isGone: (placeId: string) => Promise<boolean>,
): Promise<readonly LostAnnouncement[]> {
  const all = await readBindings(store.collection(bindingsSpec), isGone);
  return all.filter(({ isLost }) => isLost).map(({ service, placeName }) => ({ service, placeName }));
}

/** The channel for each service's messages. */
export function createAnnouncements(deps: FeatureDependencies) {
  const bindings = deps.store.collection(bindingsSpec);
  let openCard: OpenCard | undefined;
  const bindingOf = (service: string, { id, name }: Place, by: Person, turn?: string): Binding => ({
    ...{ service, placeId: id, placeName: name, by: by.id, at: deps.clock.now() },
    turn,
  });
  const announcements = {
    /** The channel that `announce <service> here` chose; undefined if none was chosen, and while Gavel isn't there. */
    async placeOf(service: string): Promise<string | undefined> {
      const placeId = (await bindings.get(service))?.value.placeId;
      return placeId === undefined || (await deps.isGone?.(placeId)) ? undefined : placeId;
    },
    /** Every channel that was chosen for a service and that Gavel is in, each once. */
    async places(): Promise<readonly string[]> {
      const all = await readBindings(bindings, deps.isGone);
      return [...new Set(all.flatMap(({ placeId, isLost }) => (isLost ? [] : placeId)))];
    },
    /** Where the cards and approvals of these services go, with the name of that channel; services without a chosen channel are omitted. */
    async boundTo(services: readonly string[]): Promise<readonly Pick<Binding, 'service' | 'placeId' | 'placeName'>[]> {
      const all = await readBindings(bindings, deps.isGone);
      return all.filter(({ service, isLost }) => !isLost && services.includes(service));
    },
    /** Sets what `announce` without a service opens: the card of what comes to a channel. */
    openWith(open: OpenCard): void {
      openCard = open;
    },
    /** Chooses this channel for a service, whatever was chosen before. */
    async bind(service: string, place: Place, by: Person): Promise<void> {
      await bindings.upsert(service, () => bindingOf(service, place, by));
    },
  };

  const announce: Command = {
    name: 'subscription announce',
    synonyms: ['announce'],
    operation: 'announce',
    summary: 'Post a service’s deployment cards and approvals here',
    topic: 'Ship',
    arguments: [{ name: 'service', kind: 'service', summary: 'the service', required: true }],
    examples: ['subscription announce shop here'],
    right: 'announce',
    opens: (turn) => openCard?.(turn),
    async run(turn, { service = '' }) {
      const { place, person, correlationId } = turn;
      checkAnnouncement(deps, turn, service);
      const here = plainText(place.name, 80);
      const { value } = await bindings.upsert(service, (known) =>
        known?.placeId === place.id
          ? known
          : { ...bindingOf(service, place, person, correlationId), before: known?.placeName },
      );
      if (value.turn !== correlationId)
        return {
          text: `Deployment cards and approval requests for ${service} already go to ${here}. Nothing was changed.`,
        };
      const moved = value.before === undefined ? '' : ` Until now, they went to ${plainText(value.before, 80)}.`;
      return {
        text: `**From now on, deployment cards and approval requests for ${service} go to ${here}**, no matter where someone requests the deployment. Approvers can approve there.${moved}`,
        audit: { target: service, outcome: 'announced', detail: { place: place.id } },
      };
    },
  };

  const list = listCommand(deps, bindings);
  const feature: Feature = { name: 'announcements', commands: [announce, list], describeAudit };
  return { feature, announcements };
}

function listCommand(deps: FeatureDependencies, bindings: Collection<Binding>): Command {
  return {
    name: 'subscription announcements',
    synonyms: ['announcements'],
    operation: 'look',
    summary: 'List which service is announced in which channel',
    topic: 'Look',
    examples: ['subscription announcements'],
    right: 'view',
    async run({ person }) {
      const catalog = deps.catalog();
      const all = await readBindings(bindings, deps.isGone);
      if (all.length === 0)
        return {
          text: 'No service has a channel yet. Messages about each deployment go where it was requested. To choose a channel, type `announce shop here` in it.',
        };
      const shown = all.filter(({ service }) => mayAnywhere(catalog, person.id, 'view', { service }));
      const lines = shown.map(({ service, placeName, isLost }) => {
        const where = `- **${plainText(service)}** in ${plainText(placeName, 80)}`;
        if (!Object.hasOwn(catalog.services, service)) return `${where}, no longer in the catalog`;
        return isLost
          ? `${where}, where Gavel was removed. Messages about each deployment go where it was requested`
          : where;
      });
      if (shown.length < all.length) lines.push('', shownInPart);
      return { text: lines.join('\n').trim() };
    },
  };
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
  if (turn.place.kind === 'personal')
    throw new UserError(
      'This is a personal chat. Nothing was changed. Type the same command in the channel that should get the deployment cards and approval requests.',
    );
}

const describeAudit: DescribeAudit = ({ outcome, target, from, detail }, names) => {
  if (outcome !== 'announced') return undefined;
  const place = detail?.['place'];
  return `chose ${names.place(typeof place === 'string' ? place : from) ?? 'a channel'} as the channel for ${target}`;
};
