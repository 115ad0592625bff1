import { z } from 'zod';
import { defineAction, listTopic } from '../../../chat/contract';
import type { Action, Arguments, Command, Reply, Turn } from '../../../chat/contract';
import { requireEnvironment, unknownName } from '../../../core/catalog/refusals';
import { UserError } from '../../../core/errors';
import { cleanText } from '../../../core/text';
import { momentInZone } from '../../../core/time/clock';
import { describeUnread, readMoment } from '../../../core/time/typed/moment';
import { timeZoneOf } from '../../contract';
import type { FeatureDependencies } from '../../contract';
import type { MutedSubject } from '../contract';
import { isOwn, placeNameIn, requireChooser, scopeFor, scopesOf, subscriberId } from '../record';
import type { SubscriberStore } from '../store';
import { describeSubject, drawMutes, everythingMuted } from './list';
import type { MuteStore } from './store';

/** The commands and the button about mutes: in a channel or group chat, for everybody there; in the personal chat, for oneself. */

export interface MuteParts {
  readonly deps: FeatureDependencies;
  readonly subscribers: SubscriberStore;
  readonly mutes: MuteStore;
}

const common = { topic: 'Talk', right: 'view' } as const;
const subject = [
  { name: 'service', kind: 'service', summary: 'only this service; leave it out for everything' },
  { name: 'environment', kind: 'environment', summary: 'only this environment', keyword: 'in' },
] as const;

export function muteCommands(parts: MuteParts): Command[] {
  return [
    {
      ...common,
      name: 'subscription mute',
      phrasings: ['be quiet [for|until] [{time}]', 'quiet [for|until] {time}'],
      synonyms: ['mute'],
      operation: 'subscribe',
      summary: 'Pause notifications here for a while',
      arguments: [
        ...subject,
        {
          ...{ name: 'time', kind: 'moment', keyword: 'until', required: true },
          summary: 'how long, or until when',
        },
        { name: 'reason', kind: 'text', summary: 'why', keyword: 'because' },
      ],
      examples: ['subscription mute 2h', 'subscription mute shop in production until Monday 8:00'],
      run: (turn, args) => mute(parts, turn, args),
    },
    {
      ...common,
      name: 'subscription unmute',
      synonyms: ['unmute'],
      operation: 'subscribe',
      summary: 'Resume notifications here',
      arguments: [...subject],
      examples: ['subscription unmute', 'subscription unmute shop in production'],
      run: (turn, args) => unmute(parts, turn, args),
    },
    {
      ...common,
      name: 'subscription mutes',
      synonyms: ['mutes'],
      phrasings: ['what is muted', 'is anything|something muted', 'list mutes'],
      operation: 'look',
      summary: 'List what is muted here, and until when',
      shows: ['mutes', 'hearings'],
      topic: 'Look',
      examples: ['subscription mutes'],
      run: (turn) => showMutes(parts, turn),
    },
  ];
}

async function mute(parts: MuteParts, turn: Turn, args: Arguments): Promise<Reply> {
  const { deps } = parts;
  const about = readSubject(parts, args);
  await requireMuter(parts, turn, about);
  const now = deps.clock.now();
  const timeZone = await timeZoneOf(deps, turn.person.id);
  const { time = '', reason = '' } = args;
  const read = readMoment(time, 'until', { now, timeZone });
  if ('problem' in read)
    throw new UserError(
      describeUnread(read, 'nothing was muted', '`mute 2h`, `mute shop until 16:00`, or `alert mute A-101 for 2h`'),
    );
  if (about) return muteSubject(parts, turn, about, { until: read.at, reason });
  const { stored } = await parts.subscribers.apply(subscriberId(turn), { type: 'mute', until: read.at });
  if (!stored) throw new UserError('There are no subscriptions here. Nothing was muted. Type `subscribe shop` first.');
  const end = momentInZone(read.at, now, timeZone);
  return {
    text: `**Muted until ${end}.** Afterward, one summary will show what happened. To end it early, type \`unmute\`.`,
    audit: auditOf(turn, undefined, 'muted', { until: read.at, reason }),
  };
}

/** Until when, and why. */
export interface MuteTerm {
  readonly until: number;
  readonly reason: string;
}

/** Mutes one subject in the place of this turn; the answer is the list of what is muted there. Throws `UserError` for people who can't. */
export async function muteSubject(
  parts: MuteParts,
  turn: Turn,
  about: MutedSubject,
  { until, reason }: MuteTerm,
): Promise<Reply> {
  await requireMuter(parts, turn, about);
  const now = parts.deps.clock.now();
  if (until <= now) throw new UserError('Nothing was muted, because that time has passed. Choose a later time.');
  const { person } = turn;
  await parts.mutes.mute({
    ...about,
    ...{ to: isOwn(turn) ? 'person' : 'place', subscriberId: subscriberId(turn), from: now, until },
    ...{ by: { id: person.id, name: person.name }, reason: cleanText(reason, 200) },
  });
  return {
    ...(await showMutes(parts, turn)),
    about: listTopic('subscription mutes', ['mutes', 'hearings']),
    audit: auditOf(turn, about, 'muted', { until, reason }),
  };
}

async function unmute(parts: MuteParts, turn: Turn, args: Arguments): Promise<Reply> {
  const { mutes, subscribers } = parts;
  const about = readSubject(parts, args);
  await requireMuter(parts, turn, about);
  const here = await mutes.of(subscriberId(turn));
  const meant = about ? here.filter(({ value }) => isSame(value, about)) : here;
  for (const { value } of meant) await requireMuter(parts, turn, value);
  const ended = await Promise.all(meant.map(({ id }) => mutes.unmute(id)));
  const all = about ? undefined : await subscribers.apply(subscriberId(turn), { type: 'unmute' });
  if (all?.changed !== true && !ended.includes(true))
    throw new UserError(
      `${about ? `Notifications about ${describeSubject(about)} aren’t muted here` : 'Notifications here aren’t muted'}. Nothing was changed.`,
    );
  return { text: unmuted, audit: auditOf(turn, about, 'unmuted') };
}

const unmuted = '**Unmuted.** I’ll post what happened in the meantime, if it still matters.';

async function showMutes({ deps, subscribers, mutes }: MuteParts, turn: Turn) {
  const found = await subscribers.find(subscriberId(turn));
  const { mutedUntil } = found ?? {};
  const isMuted = mutedUntil !== undefined && mutedUntil > deps.clock.now();
  return drawMutes({
    ...{ deps, turn, mutes: await mutes.of(subscriberId(turn)) },
    mutedUntil: isMuted ? mutedUntil : undefined,
  });
}

/** The button of the list. */
export function unmuteAction(parts: MuteParts): Action {
  /** The mute itself says whose it is, so its button works wherever its card is. */
  const requireMute = async (turn: Turn, id: string): Promise<MutedSubject | undefined> => {
    if (id === everythingMuted) return requireMuter(parts, turn, undefined).then(() => undefined);
    const found = (await parts.mutes.current()).find((each) => each.id === id)?.value;
    const isTheirs = found?.to === 'place' || found?.subscriberId === turn.person.id;
    if (!found || !isTheirs) throw new UserError('That mute has already ended. Nothing was changed.');
    const kind = found.to === 'person' ? 'personal' : 'channel';
    await requireMuter(parts, { person: turn.person, place: { ...turn.place, kind } }, found);
    return found;
  };
  return defineAction({
    verb: 'subscriptions.unmute',
    operation: 'subscribe',
    input: z.object({ id: z.union([z.literal(everythingMuted), z.string().regex(/^[0-9a-f]{32}$/)]) }),
    async acts(turn, { id }) {
      const about = await requireMute(turn, id);
      return [{ operation: 'subscribe', reach: reachOf(about) }];
    },
    async run(turn, { id }) {
      const about = await requireMute(turn, id);
      const ended = about
        ? await parts.mutes.unmute(id)
        : (await parts.subscribers.apply(subscriberId(turn), { type: 'unmute' })).changed;
      if (!ended) throw new UserError('That mute has already ended. Nothing was changed.');
      return { notice: unmuted.replaceAll('**', ''), audit: auditOf(turn, about, 'unmuted') };
    },
  });
}

const reachOf = ({ service, environment }: MutedSubject = {}) => ({
  ...(service !== undefined && { service }),
  ...(environment !== undefined && { environment }),
});

/** Undefined: everything here. */
function readSubject({ deps }: MuteParts, { service, environment }: Arguments): MutedSubject | undefined {
  const catalog = deps.catalog();
  const named = service === 'all' ? undefined : service;
  if (named !== undefined && !Object.hasOwn(catalog.services, named))
    throw unknownName('service', named, [...Object.keys(catalog.services), 'all'], 'nothing was changed');
  if (environment !== undefined) requireEnvironment(catalog, environment, 'nothing was changed');
  const about = reachOf({
    ...(named !== undefined && { service: named }),
    ...(environment !== undefined && { environment }),
  });
  return Object.keys(about).length === 0 ? undefined : about;
}

const isSame = (one: MutedSubject, other: MutedSubject): boolean =>
  one.service === other.service && one.environment === other.environment && one.alert === other.alert;

/** Muting everything here needs the right for all that comes here. */
export async function requireMuter(
  { deps, subscribers }: MuteParts,
  turn: Pick<Turn, 'person' | 'place'>,
  about: MutedSubject | undefined,
): Promise<void> {
  const catalog = deps.catalog();
  if (about) return requireChooser(catalog, turn, [scopeFor(catalog, about.service ?? 'all', about.environment)]);
  const { rules = [] } = (await subscribers.find(subscriberId(turn))) ?? {};
  requireChooser(catalog, turn, scopesOf(catalog, rules));
}

function auditOf(
  turn: Turn,
  about: MutedSubject | undefined,
  outcome: 'muted' | 'unmuted',
  { until, reason = '' }: { readonly until?: number; readonly reason?: string } = {},
) {
  return {
    target: placeNameIn(turn).slice(0, 120) || 'personal chat',
    outcome,
    detail: {
      ...(about && { about: describeSubject(about, cleanText).slice(0, 120) }),
      ...(until !== undefined && { until }),
      ...(reason !== '' && { reason: cleanText(reason, 200) }),
    },
  };
}
