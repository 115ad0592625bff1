import type { Person } from '../../chat/contract';
import { lookUp } from '../../core/keys';
import { plainText } from '../../core/text';
import type { Stored } from '../../store/contract';
import type { ActivityOf, Applied, EffectCall } from '../../workflows';
import type { Announcements } from '../announcements';
import type { FeatureDependencies } from '../contract';
import type { Deployments } from '../deployments';
import type { Subscriptions } from '../subscriptions';
import { carry } from './carrying/effects';
import { alertCard } from './cards';
import type { AlertContent } from './cards';
import { readAlertEvidence } from './facts';
import type { EvidenceParts } from './facts';
import { alertLabel } from './record';
import type { Alert } from './record';
import { describeHistoryLine, summarize, titleOf } from './text';
import type { AlertEffect, AlertEvent, AlertVerdict } from './workflow';

/** The effects of an alert: its card, its history below the card, notifications, and what sources are told. */

/** What follows the card of an alert. */
export const alertTopic = (id: string): string => `alert:${id}`;
/** The key of its card in its channel. */
export const alertCardKey = (id: string): string => `alert:${id}:card`;

export interface AlertParts extends EvidenceParts {
  readonly deployments: Pick<Deployments, 'recent'>;
  readonly announcements: Pick<Announcements, 'placeOf' | 'places'>;
  readonly subscriptions: Pick<
    Subscriptions,
    'notify' | 'quietAt' | 'onChoice' | 'mute' | 'requireMuter' | 'placesFor'
  >;
}

type Apply = (id: string, event: AlertEvent) => Promise<Applied<Alert, AlertVerdict>>;

export function alertEffects(parts: AlertParts, apply: Apply): ActivityOf<Alert, AlertVerdict>['effects'] {
  return {
    card: (call) => showCard(parts, call, apply),
    say: (call) => sayBelow(parts, call),
    notify: (call) => notify(parts, call),
    carry: (call) => carry(parts.deps, call, apply),
  };
}

/** The card for this person; without one, for everybody in a channel. */
export async function drawAlert(
  parts: EvidenceParts,
  stored: Stored<Alert>,
  viewer: string | undefined,
): Promise<AlertContent> {
  const { catalog, clock, systems } = parts.deps;
  const { id, value } = stored;
  const evidence = await readAlertEvidence(parts, stored, viewer);
  return alertCard({ id, alert: value, evidence, catalog: catalog(), systems, now: clock.now(), viewer });
}

/** Posts its one card once somebody should know and the channel isn't quiet, and edits it to its end. */
async function showCard(parts: AlertParts, record: Stored<Alert>, apply: Apply): Promise<void> {
  const { outbox } = parts.deps;
  const { id, version, value } = record;
  await outbox.changed(alertTopic(id));
  const isPosted = (await outbox.fate(alertCardKey(id))) !== undefined;
  if (!isPosted && !value.told) return;
  const placeId = await alertPlaceOf(parts, value);
  if (placeId === undefined) return;
  if (!isPosted) {
    // What began and ended while the channel was quiet isn't told there.
    if (value.resolved && value.waiting) return;
    const quiet = await quietAt(parts, placeId, value);
    if (quiet) return void (await apply(id, { type: 'wait', waiting: { placeId, ...quiet } }));
  }
  await outbox.put({
    key: alertCardKey(id),
    destination: { to: 'place', placeId },
    content: await drawAlert(parts, record, undefined),
    revision: version,
    final: value.closed === true && value.leftovers === undefined,
    tryFor: 'a day',
  });
}

/** Whether a channel wants to hear nothing about it now. */
function quietAt({ subscriptions }: AlertParts, placeId: string, alert: Alert) {
  const { service, environment, severity } = alert;
  return subscriptions.quietAt(placeId, { service, environment, severity, name: alertLabel(alert) });
}

/** The channel of the service, or else the one where somebody last deployed it. */
export async function alertPlaceOf(
  { deps, announcements, deployments }: AlertParts,
  { service, environment }: Pick<Alert, 'service' | 'environment'>,
): Promise<string | undefined> {
  const announced = await announcements.placeOf(service);
  if (announced !== undefined) return announced;
  if (!lookUp(deps.catalog().services, service)) return (await announcements.places())[0];
  const [latest] = await deployments.recent({ service, environment, limit: 1 });
  const placeId = latest?.deployment.placeId;
  if (placeId === undefined || (await deps.isGone?.(placeId)) || (await deps.isPersonal?.(placeId))) return undefined;
  return placeId;
}

/** Whether a channel has the card of this alert, or subscribed to its service. */
export async function hearsOf(parts: AlertParts, placeId: string, alert: Alert): Promise<boolean> {
  return (
    (await alertPlaceOf(parts, alert)) === placeId || (await parts.subscriptions.placesFor(alert)).includes(placeId)
  );
}

type CallOf<Kind extends AlertEffect['kind']> = EffectCall<Alert, Extract<AlertEffect, { readonly kind: Kind }>>;

/** The card's thread has its history. */
async function sayBelow(parts: AlertParts, { id, value, effect, key }: CallOf<'say'>): Promise<void> {
  const { deps } = parts;
  const { outbox, catalog } = deps;
  if ((await outbox.fate(alertCardKey(id))) === undefined) return;
  const placeId = await alertPlaceOf(parts, value);
  if (placeId !== undefined && (await quietAt(parts, placeId, value))?.why === 'muted') return;
  const text = describeHistoryLine(value, effect, catalog().timeZone);
  const asked = mentionable(deps, effect.personId);
  await outbox.put({
    key,
    destination: { to: 'thread of', messageKey: alertCardKey(id) },
    content: asked ? { text: `@[0] ${text}`, mentions: [asked] } : { text },
    revision: 1,
    final: true,
  });
}

function mentionable({ catalog }: FeatureDependencies, personId: string | undefined): Person | undefined {
  const found = Object.values(catalog().people).find(({ id }) => id === personId);
  return found && { id: found.id, name: found.name };
}

/** Everybody who subscribed, except the channel that has the card. */
async function notify(parts: AlertParts, { id, version, value, effect }: CallOf<'notify'>): Promise<void> {
  const { catalog, clock, systems } = parts.deps;
  const { service, environment, severity } = value;
  const placeId = await alertPlaceOf(parts, value);
  const summary = summarize(value, { now: clock.now(), timeZone: catalog().timeZone, systems });
  await parts.subscriptions.notify({
    id: `alert:${id}:${effect.what}:${effect.at}`,
    thread: alertTopic(id),
    revision: version,
    name: alertLabel(value),
    ...{ service, environment, severity },
    outcome: effect.what,
    words: `**${plainText(summary, 400)}** (${alertLabel(value)}).`,
    toldTo: placeId === undefined ? [] : [placeId],
  });
  if (effect.what !== 'alert' || placeId === undefined || (await quietAt(parts, placeId, value))) return;
  await mentionOwners(parts, id, value, effect.at);
}

/** Only what is critical interrupts people, and only those who answer for the service. */
async function mentionOwners({ deps }: AlertParts, id: string, alert: Alert, at: number): Promise<void> {
  const { outbox, catalog, systems } = deps;
  const { people, services } = catalog();
  if (alert.severity !== 'critical' || (await outbox.fate(alertCardKey(id))) === undefined) return;
  const owners = (lookUp(services, alert.service)?.owners ?? []).flatMap((each): Person[] => {
    const person = lookUp(people, each);
    return person ? [{ id: person.id, name: person.name }] : [];
  });
  if (owners.length === 0) return;
  const names = owners.map((_owner, index) => `@[${index}]`).join(' ');
  await outbox.put({
    key: `alert:${id}:owners:${at}`,
    destination: { to: 'thread of', messageKey: alertCardKey(id) },
    content: {
      text: `${names} **${plainText(titleOf(alert, systems), 160)}.** If you’re working on this alert, acknowledge it on its card.`,
      mentions: owners,
    },
    revision: 1,
    final: true,
  });
}
