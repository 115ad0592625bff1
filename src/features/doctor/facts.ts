import { cleanText, plural } from '../../core/text';
import { describeMoment } from '../../core/time/clock';
import type { Look } from '../contract';
import type { PlaceMute } from '../subscriptions';

/** Mutes that were forgotten, or that keep a channel from hearing what is wrong now. Pure. */

/** A mute of a channel. */
export interface ShownMute extends Pick<PlaceMute, 'until'> {
  /** The name of the channel. */
  readonly place: string;
  /** `shop in production`, `A-101 (shop in production)`, `everything`. */
  readonly what: string;
  /** The alerts that fire now and aren't told there: `A-101`. */
  readonly hides: readonly string[];
}

/** Whoever mutes for longer than this has probably forgotten it by then. */
const longMs = 7 * 86_400_000;
const maxNamed = 2;

/** The check of all mutes of channels. */
export function checkMutes(
  mutes: readonly ShownMute[],
  { now, timeZone }: { readonly now: number; readonly timeZone: string },
): Look {
  const hiding = mutes.filter(({ hides }) => hides.length > 0);
  const long = mutes.filter((each) => !hiding.includes(each) && each.until - now > longMs);
  const sentences = [...hiding, ...long].map(({ place, what, hides, until }) => {
    const end = describeMoment(until, now, timeZone);
    const [first, ...others] = hides;
    const rest = others.length === 0 ? '' : ` and ${others.length} more`;
    const are = others.length === 0 ? 'is firing now but isn’t' : 'are firing now but aren’t';
    const why = first === undefined ? '' : ` ${first}${rest} ${are} shown there.`;
    return `${cleanText(what, 60)} is muted in ${cleanText(place, 60)} until ${end}.${why}`;
  });
  const about = 'muted channels';
  if (sentences.length === 0) return { about };
  const more =
    sentences.length > maxNamed
      ? [`${plural(sentences.length - maxNamed, 'more mute isn’t', 'more mutes aren’t')} shown.`]
      : [];
  return {
    about,
    problem: [
      ...sentences.slice(0, maxNamed),
      ...more,
      'To end a mute, type `mutes` in its channel, then choose the mute.',
    ].join(' '),
  };
}
