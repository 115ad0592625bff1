import type { Reply, Turn } from '../../chat/contract';
import { bandState, noState } from '../../core/card';
import { describeReach, shownInPart } from '../../core/catalog/rights';
import type { Reach } from '../../core/catalog/rights';
import { cleanText, plural, quote, quoteClean } from '../../core/text';
import { describeMoment, momentInZone } from '../../core/time/clock';
import { drawList, timeZoneOf } from '../contract';
import type { Freeze } from '.';
import type { FreezeParts } from './actions';
import { describeExtent, describeFreezeEnd, isOn, seenBy } from './store';

/** The list of freezes. */

/** The freezes within this reach that this person can view, with a button for each that people can end. */
export async function listFreezes({ deps, freezes }: FreezeParts, turn: Turn, within: Reach): Promise<Reply> {
  const catalog = deps.catalog();
  const { timeZone } = catalog;
  const now = deps.clock.now();
  const coming = (await freezes.upcoming()).filter((each) => concerns(each, within));
  const where = describeReach(within);
  const there = where === '' ? '' : within.service === undefined ? ` in ${where}` : ` for ${where}`;
  const all = coming.flatMap((each) => seenBy(catalog, turn.person.id, each) ?? []);
  const on = all.filter((each) => isOn(each, now));
  const extents = [...new Set(on.map(describeExtent))];
  const last = on.reduce<Freeze | undefined>(laterOf, undefined);
  const alone =
    last && extents.length === 1 && within.environment !== undefined
      ? describeLast(last, now, await timeZoneOf(deps, turn.person.id))
      : undefined;
  const sentence =
    on.length === 0
      ? `**Nothing ${all.length < coming.length ? 'you can view ' : ''}is frozen now${there}.**${coming.length === 0 ? ' No freeze is planned in the next 7 days, either.' : ''}`
      : `**${plural(on.length, 'active freeze')}.** Where a freeze applies, nobody can deploy without an override.`;
  return drawList(deps, turn, {
    kind: 'Freezes',
    state: on.length === 0 ? noState : bandState('frozen'),
    title: on.length === 0 ? `Nothing is frozen${there}` : extents.join(', ').slice(0, 80),
    summary:
      alone?.summary ??
      `Freezes: ${on.length === 0 ? `nothing is frozen now${there}` : plural(on.length, 'active freeze')}`,
    sentence: alone?.sentence ?? sentence,
    actions: on.flatMap((each) => endButton(each, on, describeFreezeEnd(each.until, now, timeZone))).slice(0, 4),
    rows: all.slice(0, 15).map((each) => rowOf(each, now, timeZone)),
    more: [
      ...(all.length > 15 ? [`And ${all.length - 15} more.`] : []),
      ...(all.length < coming.length ? [shownInPart] : []),
    ].join(' '),
  });
}

/** `**production is frozen** until Mon, Nov 30, 08:00 CET: finance is closing the books.`, in the reader's time zone. */
function describeLast(freeze: Freeze, now: number, timeZone: string) {
  const extent = describeExtent(freeze);
  const end = describeFreezeEnd(freeze.until, now, timeZone, momentInZone);
  return {
    summary: `${extent} is frozen ${end}`,
    sentence: `**${extent} is frozen** ${end}: ${quote(freeze.reason)}. Nobody can deploy there without an override.`,
  };
}

/** Nothing for a freeze of the catalog: nobody can end it in chat. */
function endButton(freeze: Freeze, on: readonly Freeze[], end: string) {
  if (freeze.id === undefined) return [];
  const extent = describeExtent(freeze);
  const isAlone = on.filter((each) => describeExtent(each) === extent).length === 1;
  const which = isAlone ? ` on ${extent}` : ` on ${extent} ${end}`;
  const title = cleanText(`End freeze${on.length === 1 ? '' : which}`, 60);
  return [{ title: `${title}…`, verb: 'freezes.end', id: freeze.id, asks: true }];
}

/** The one that ends last. */
function laterOf(one: Freeze | undefined, other: Freeze): Freeze {
  return one && (one.until ?? Infinity) >= (other.until ?? Infinity) ? one : other;
}

/** Whether it stops something there. */
function concerns({ environments, services }: Freeze, { service, environment }: Reach): boolean {
  return (
    (environment === undefined || environments.includes(environment)) &&
    (service === undefined || services === undefined || services.includes(service))
  );
}

function rowOf(freeze: Freeze, now: number, timeZone: string) {
  const on = isOn(freeze, now);
  return {
    glyph: on ? '❅' : '•',
    color: on ? 'Warning' : 'Default',
    name: cleanText(describeExtent(freeze), 80),
    words: `${cleanText(freeze.by ?? freeze.name, 60)}: ${quoteClean(freeze.reason)}`,
    when: on ? describeFreezeEnd(freeze.until, now, timeZone) : `from ${describeMoment(freeze.from, now, timeZone)}`,
  };
}
