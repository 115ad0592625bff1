import { z } from 'zod';
import type { CardContent, Place } from '../../../chat/contract';
import { bandState } from '../../../core/card';
import type { Catalog } from '../../../core/catalog';
import { mayEverywhere, wholeService, whoMayAnywhere } from '../../../core/catalog/rights';
import { idFrom } from '../../../core/keys';
import type { Act, Operation } from '../../../core/operations';
import { cleanText, enumerate, plainText } from '../../../core/text';
import { footerTime } from '../../../core/time/clock';
import type { NotificationChoice } from '../../subscriptions';

/** The setup card of a place: what comes here, when, and who approves. Pure. */

interface Bound {
  readonly service: string;
  readonly placeId: string;
  readonly placeName: string;
}

interface SetupView {
  readonly catalog: Catalog;
  readonly personId: string;
  readonly place: Place;
  /** The current settings. */
  readonly choice: NotificationChoice | undefined;
  /** Where the cards and approvals of announced services go. */
  readonly bound?: readonly Bound[];
  /** Shown before the question. */
  readonly notice?: string;
  readonly now: number;
  readonly reference: string;
}

const maxNames = 5;

/** The state that a form was drawn from: a different one means that somebody has changed something since. */
export function revisionOf(choice: NotificationChoice | undefined, bound: readonly Bound[]): string {
  const cards = bound.map(({ service, placeId }) => [service, placeId]);
  return idFrom('setup', JSON.stringify([choice ?? null, cards])).slice(0, 16);
}

const outcomeWords = { failures: 'failures and recoveries', everything: 'all finished deployments' } as const;

/** What a form would overwrite, in words; empty if it matches the current state. */
function describeDifferences(
  chosen: ChosenSetup,
  { services, environments, outcomes, digest, hours = 'none' }: NotificationChoice,
): string {
  const named = (list: readonly string[]): string => enumerate([...list].sort()) || 'none';
  const rows = [
    ['services are', named(services), named(chosen.services)],
    [
      'environments are',
      environments.length === 0 ? '' : named(environments),
      environments.length === 0 ? '' : named(chosen.environments),
    ],
    ['outcomes are', outcomeWords[outcomes], outcomeWords[chosen.outcomes]],
    [
      'notifications arrive',
      digest ? 'once a day' : 'right away',
      chosen.when === 'digest' ? 'once a day' : 'right away',
    ],
    ['quiet hours are', hours, chosen.hours],
  ] as const;
  return rows
    .filter(([, now, yours]) => now !== yours)
    .map(([title, now, yours]) => `${title} **${plainText(now, 100)}**, not ${plainText(yours, 100)}`)
    .join('; ');
}

/** Why an outdated form wasn't saved; undefined if everything is already as the form says. */
export function describeOutdated(
  chosen: ChosenSetup,
  choice: NotificationChoice | undefined,
  bound: readonly Bound[],
): string | undefined {
  const away = bound.filter(({ service, placeId }) => chosen.services.includes(service) && placeId !== chosen.id);
  const differences = [
    choice ? describeDifferences(chosen, choice) : 'all notifications are **off**',
    chosen.cards === 'true' && away.length > 0
      ? `deployment cards go to **${enumerate(away.map(({ service, placeName }) => `${plainText(placeName, 60)} for ${plainText(service, 40)}`))}**`
      : '',
  ].filter((each) => each !== '');
  if (differences.length === 0) return undefined;
  return `**Not saved: someone changed these settings after you opened the form.** The current settings, shown below, differ from yours: ${differences.join('; ')}.`;
}

/** The result that replaces a form, as a list. */
export function describeChoice(
  place: Place,
  choice: NotificationChoice | undefined,
  bound: readonly Bound[],
  sentence: string,
) {
  const where = plainText(place.name, 60);
  const names = choice ? plainText(enumerate(choice.services), 150) : '';
  const here = bound.filter(({ placeId }) => placeId === place.id).map(({ service }) => service);
  const rows = choice && [
    { name: 'Services', words: cleanText(enumerate(choice.services), 200) },
    { name: 'Environments', words: cleanText(enumerate(choice.environments), 200) || 'all' },
    {
      name: 'Outcomes',
      words: outcomeWords[choice.outcomes],
    },
    { name: 'When', words: choice.digest ? 'once a day, as a digest' : 'right away' },
    { name: 'Quiet hours', words: choice.hours === undefined || choice.hours === 'none' ? 'none' : choice.hours },
    {
      name: 'Deployment cards and approvals',
      words: here.length > 0 ? cleanText(enumerate(here), 200) : 'stay where they are requested',
    },
  ];
  const title = `Notifications for ${where}`;
  return {
    kind: place.kind === 'group' ? 'Group chat' : 'Channel',
    state: { ...bandState('done'), word: 'Saved' },
    title,
    summary: `${title}: ${choice ? cleanText(enumerate(choice.services), 150) : 'none'}`,
    sentence:
      sentence ||
      (choice ? `**${where} gets notifications about ${names}.**` : `**${where} no longer gets notifications.**`),
    rows: rows ?? [],
    actions: [{ title: 'Change settings', verb: 'onboarding.open-setup', id: place.id }],
  };
}

export function drawSetup({
  catalog,
  personId,
  place,
  choice,
  bound = [],
  notice,
  now,
  reference,
}: SetupView): CardContent {
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
      title: `Notifications for ${where}`,
      summary: `Setup for ${cleanText(place.name, 60)}: notifications, deployment cards, and approvals`,
      revision: revisionOf(choice, bound),
      sentence:
        notice ??
        (choice
          ? `**${where} gets notifications about ${plainText(enumerate(choice.services), 150)}.** Change them below. Saving sends a test message.`
          : `**${where} gets no notifications yet.** Choose what it should get. Saving sends a test message.`),
      services: services.map((each) => ({ title: each, value: each })),
      chosen: (choice?.services ?? []).join(','),
      environments: environments.map(([name]) => ({ title: name, value: name })),
      within: (choice?.environments.length ? choice.environments : environments.map(([name]) => name)).join(','),
      outcomes: choice?.outcomes ?? 'failures',
      when: choice?.digest ? 'digest' : 'at once',
      hours: choice?.hours ?? 'none',
      zone: catalog.timeZone,
      cards: isHome(services, choice, bound, place) ? 'true' : 'false',
      cardsNow: describeCards(bound, place),
      approvers: describeApprovers(catalog),
      people: Object.values(catalog.people)
        .slice(0, 100)
        .map(({ id, name }) => ({ title: cleanText(name, 60), value: id })),
      limits: describeLimits(place),
      footer: `${footerTime(now, catalog.timeZone)} · ref\u00A0${reference}`,
    },
  };
}

/** Whether the cards of all chosen services already come here. */
function isHome(
  services: readonly string[],
  choice: NotificationChoice | undefined,
  bound: readonly Bound[],
  { id }: Pick<Place, 'id'>,
): boolean {
  const chosen = choice?.services ?? services;
  const here = new Set(bound.filter(({ placeId }) => placeId === id).map(({ service }) => service));
  return chosen.length > 0 && chosen.every((service) => here.has(service));
}

/** Where deployment cards and approvals go now. */
function describeCards(bound: readonly Bound[], { id, name }: Pick<Place, 'id' | 'name'>): string {
  if (bound.length === 0) return 'Currently, each deployment card is posted where the deployment was requested.';
  const here = bound.filter(({ placeId }) => placeId === id).map(({ service }) => plainText(service, 40));
  const elsewhere = bound
    .filter(({ placeId }) => placeId !== id)
    .map(({ service, placeName }) => `cards for ${plainText(service, 40)} go to ${plainText(placeName, 60)}`);
  const parts = [
    ...(here.length > 0 ? [`cards for ${enumerate(here)} go to ${plainText(name, 60)}`] : []),
    ...elsewhere.slice(0, 5),
  ];
  return `Currently, ${enumerate(parts)}. Cards for services without a channel are posted where the deployment was requested.`;
}

/** The catalog's rules and grants say who approves by default; the card lists these people. */
function describeApprovers(catalog: Catalog): string {
  const names = whoMayAnywhere(catalog, 'approve').map(({ name }) => plainText(name, 60));
  if (names.length === 0) return 'Nobody can approve deployments yet.';
  const more = names.length - maxNames;
  const shown = more > 0 ? [...names.slice(0, maxNames), `${more} more`] : names;
  return `${enumerate(shown)} can approve deployments by default.`;
}

/** What Teams doesn't do there. */
function describeLimits({ kind }: Pick<Place, 'kind'>): string {
  return kind === 'group'
    ? 'A group chat has no threads, so all messages appear one after another. I’ll post there as long as I’m a member of the chat.'
    : 'Add me to each private or shared channel separately. Otherwise, Teams doesn’t tell me about the channel. Members of other organizations can’t use me in shared channels.';
}

/** What saving would change, said before it happens. */
export function describeSetup(
  { cards, when, approver }: ChosenSetup,
  { place, services, approverName }: { place: Place; services: readonly string[]; approverName: string | undefined },
): string {
  const where = plainText(place.name, 60);
  const what = plainText(enumerate(services), 150);
  if (services.length === 0) return `Turns off all notifications in ${where}.`;
  const notified = `Notifies ${where} about ${what}, ${when === 'digest' ? 'once a day' : 'right away'}.`;
  const posted =
    cards === 'true'
      ? ` From now on, deployment cards and approval requests for ${what} go there, no matter where a deployment is requested.`
      : '';
  const approves =
    approver === '' ? '' : ` Makes ${plainText(approverName ?? 'someone I don’t know', 60)} an approver for ${what}.`;
  return `${notified}${posted}${approves}`;
}

/** What somebody chose on the setup card, and what saving it does. Pure. */

const list = z
  .string()
  .max(2_000)
  .default('')
  .transform((text) => text.split(/[,;\s]/).filter((each) => each !== '' && each !== 'and'));
export const ChosenSetup = z.object({
  id: z.string().min(1).max(300),
  /** Absent on forms of earlier versions. */
  revision: z.string().max(32).optional(),
  services: list,
  environments: list,
  outcomes: z.enum(['failures', 'everything']).default('failures'),
  when: z.enum(['at once', 'digest']).default('at once'),
  hours: z.string().max(40).default('none'),
  cards: z.enum(['true', 'false']).default('false'),
  approver: z.string().max(200).default(''),
});
export type ChosenSetup = z.infer<typeof ChosenSetup>;

/** What one save does: what comes here, where the cards go, and who approves. It may also remove what was there, so the first act is about everything. */
export function setupActs({ services, cards, approver }: ChosenSetup): Act[] {
  const of = (operation: Operation): Act[] => services.map((service) => ({ operation, reach: { service } }));
  return [
    { operation: 'subscribe', reach: {} },
    ...(cards === 'true' ? of('announce') : []),
    ...(approver === '' ? [] : of('grant')),
  ];
}
