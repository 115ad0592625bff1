import type { CardContent, Place } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { mayEverywhere, whoMayAnywhere, wholeService } from '../../core/catalog/rights';
import { cleanText, enumerate, plainText } from '../../core/text';
import { footerTime } from '../../core/time/words';
import type { NotificationChoice } from '../subscriptions';

/** The card by which a place is set up: what comes here, when, and who approves. Pure. */

export interface SetupView {
  readonly catalog: Catalog;
  readonly personId: string;
  readonly place: Place;
  /** What is so now. */
  readonly wish: NotificationChoice | undefined;
  readonly now: number;
  readonly reference: string;
}

const maxNames = 5;

export function setupCard({ catalog, personId, place, wish, now, reference }: SetupView): CardContent {
  const services = Object.keys(catalog.services).filter((service) =>
    mayEverywhere(catalog, personId, 'announce', wholeService(catalog, service)),
  );
  const environments = Object.entries(catalog.environments).filter(([, { practice }]) => !practice);
  const where = plainText(place.name, 60);
  return {
    card: 'onboarding/setup',
    data: {
      id: place.id,
      kind: place.kind === 'group' ? 'Group chat' : 'Channel',
      title: `What comes to ${where}?`,
      summary: `Set up ${cleanText(place.name, 60)}: which services, what of them, and when`,
      sentence: wish
        ? `**${where} hears of ${plainText(enumerate(wish.services), 150)}.** Change it here; a test message shows that it arrives.`
        : `**Nothing comes to ${where} by itself yet.** Choose what belongs there; a test message shows that it arrives.`,
      services: services.map((each) => ({ title: each, value: each })),
      chosen: (wish?.services ?? []).join(','),
      environments: environments.map(([name]) => ({ title: name, value: name })),
      within: (wish?.environments.length ? wish.environments : environments.map(([name]) => name)).join(','),
      outcomes: wish?.outcomes ?? 'failures',
      when: wish?.digest ? 'digest' : 'at once',
      hours: wish?.hours ?? 'none',
      zone: catalog.timeZone,
      approvers: approversOf(catalog),
      people: Object.values(catalog.people)
        .slice(0, 100)
        .map(({ id, name }) => ({ title: cleanText(name, 60), value: id })),
      limits: limitsOf(place),
      footer: `${footerTime(now, catalog.timeZone)} · ref ${reference}`,
    },
  };
}

/** Who decides by default stands in the catalog's rules and grants; the card says who that is. */
function approversOf(catalog: Catalog): string {
  const names = whoMayAnywhere(catalog, 'approve').map(({ name }) => plainText(name, 60));
  if (names.length === 0) return 'Nobody may approve yet.';
  const more = names.length - maxNames;
  const shown = more > 0 ? [...names.slice(0, maxNames), `${more} more`] : names;
  return `${enumerate(shown)} approve by default.`;
}

/** What Teams does not do there. */
export function limitsOf({ kind }: Pick<Place, 'kind'>): string {
  return kind === 'group'
    ? 'A group chat has no threads, so what belongs together stands in order. I write here as long as I am in the chat.'
    : 'A private or shared channel needs me added to that very channel: Teams tells me nothing of it otherwise. Members of other organizations are not served there.';
}
