import type { CardContent, Turn } from '../../../chat/contract';
import { bandState, noState, statuses } from '../../../core/card';
import { cleanText, plainText, plural, quoteClean, withFullStop } from '../../../core/text';
import { describeMoment } from '../../../core/time/clock';
import type { Stored } from '../../../store/contract';
import { drawList } from '../../contract';
import type { FeatureDependencies } from '../../contract';
import type { MutedSubject, PlaceMute } from '../contract';
import { isOwn } from '../record';
import type { Subscriber } from '../record';
import { coversEvent } from './workflow';
import type { Mute } from './workflow';

/** `subscription mutes`: what is muted here, with a button for each that ends it. */

/** The id of everything here among the mutes. */
export const everythingMuted = 'all';

interface MutesView {
  readonly deps: Pick<FeatureDependencies, 'catalog' | 'clock'>;
  readonly turn: Pick<Turn, 'place' | 'reference'>;
  readonly mutes: readonly Stored<Mute>[];
  /** Until when everything is muted here; undefined if it isn't. */
  readonly mutedUntil: number | undefined;
}

/** `A-101 (shop in production)`, `shop in production`, `everything in staging`; outside text as Markdown unless `shown` formats it differently. */
export function describeSubject({ service, environment, alert }: MutedSubject, shown = plainText): string {
  const what = service === undefined ? 'everything' : shown(service, 40);
  const where = environment === undefined ? what : `${what} in ${shown(environment, 40)}`;
  return alert === undefined ? where : `${alert} (${where})`;
}

/** The mutes of channels and group chats: of everything that comes there, and of single subjects. */
export function readPlaceMutes(
  subscribers: readonly Stored<Subscriber>[],
  mutes: readonly Stored<Mute>[],
  now: number,
): readonly PlaceMute[] {
  return [
    ...subscribers.flatMap(({ id, value: { to, mutedUntil: until = 0 } }): PlaceMute[] =>
      to === 'place' && until > now ? [{ placeId: id, what: 'everything', until, covers: () => true }] : [],
    ),
    ...mutes.flatMap(({ value }): PlaceMute[] =>
      value.to === 'place'
        ? [
            {
              ...{ placeId: value.subscriberId, what: describeSubject(value, cleanText), until: value.until },
              covers: (about) => coversEvent(value, about),
            },
          ]
        : [],
    ),
  ];
}

const maxButtons = 5;

/** The list of what is muted in the place of this turn. */
export function drawMutes({ deps, turn, mutes, mutedUntil }: MutesView): CardContent<'policy/list'> {
  const now = deps.clock.now();
  const { timeZone } = deps.catalog();
  const own = isOwn(turn);
  const until = (at: number): string => `until ${describeMoment(at, now, timeZone)}`;
  const all =
    mutedUntil === undefined
      ? []
      : [{ id: everythingMuted, name: 'Everything', words: 'All notifications', when: until(mutedUntil) }];
  const rows = [
    ...all,
    ...mutes.map(({ id, value }) => ({
      id,
      name: cleanText(describeSubject(value, cleanText), 200),
      words: `Muted by ${cleanText(value.by.name, 60)}${value.reason === '' ? '' : `: ${quoteClean(value.reason)}`}`,
      when: until(value.until),
    })),
  ];
  const here = own ? 'in your personal chat' : 'here';
  const title = rows.length === 0 ? `Nothing is muted ${here}` : `${plural(rows.length, 'mute')} ${here}`;
  const { glyph, color } = statuses.silenced;
  return drawList(deps, turn, {
    kind: 'Mutes',
    state: rows.length === 0 ? noState : { ...bandState('silenced'), word: 'Muted' },
    title,
    summary: title,
    sentence:
      rows.length === 0
        ? `**${withFullStop(title)}** To mute a service for a while, type \`mute shop in production for 2h\`.`
        : `**${own ? 'You get' : turn.place.kind === 'group' ? 'This chat gets' : 'This channel gets'} no notifications about what’s listed below.** Other ${own ? 'people' : 'chats'} and channels still get them. Anything that still matters will arrive when its mute ends.`,
    most: 15,
    rows: rows.map(({ id: _id, ...row }) => ({ ...row, glyph, color })),
    actions: rows.slice(0, maxButtons).map(({ id, name }) => ({
      title: rows.length === 1 ? 'Unmute' : cleanText(`Unmute ${id === everythingMuted ? 'everything' : name}`, 60),
      verb: 'subscriptions.unmute',
      id,
    })),
  });
}
