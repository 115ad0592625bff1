import type { Reply, Turn } from '../../../chat/contract';
import { bandState, noState, statuses } from '../../../core/card';
import { describeReach, may, shownInPart } from '../../../core/catalog/rights';
import type { Reach } from '../../../core/catalog/rights';
import { cleanText, enumerate, plainText, quote, quoteClean } from '../../../core/text';
import { describeMoment, momentInZone } from '../../../core/time/clock';
import type { Stored } from '../../../store/contract';
import { drawList, timeZoneOf } from '../../contract';
import type { FeatureDependencies } from '../../contract';
import type { AlertMoment, Titles } from '../text';
import { describeElsewhere } from './facts';
import type { MaintenanceStore } from './store';
import type { Maintenance } from './workflow';

/** The list of what is in maintenance. */

export interface MaintenanceParts {
  readonly deps: FeatureDependencies;
  readonly maintenance: MaintenanceStore;
}

/** The maintenance within this reach that this person can view, with a button for each that ends it. */
export async function listMaintenance(
  { deps, maintenance }: MaintenanceParts,
  turn: Turn,
  within: Reach,
  news = '',
): Promise<Reply> {
  const catalog = deps.catalog();
  const { systems } = deps;
  const now = deps.clock.now();
  const { timeZone } = catalog;
  const isWithin = ({ value: { service, environment } }: Stored<Maintenance>): boolean =>
    (within.service === undefined || within.service === service) &&
    (within.environment === undefined || within.environment === environment);
  const there = (await maintenance.planned()).filter(isWithin);
  const isShown = ({ value }: Stored<Maintenance>): boolean => may(catalog, turn.person.id, 'view', value);
  const ending = (await maintenance.ending()).filter((each) => isWithin(each) && isShown(each));
  const shown = there.filter(isShown);
  const [first] = shown;
  const where = describeReach(within);
  const isPart = shown.length < there.length;
  const nothing = `Nothing ${isPart ? 'you can view ' : ''}is in maintenance${where && ` for ${where}`}`;
  const title = shown.length === 1 && first ? placeOf(first.value) : `${shown.length} in maintenance`;
  return drawList(deps, turn, {
    kind: 'Maintenance',
    state: first ? { ...bandState('silenced'), word: 'In maintenance' } : noState,
    title: first ? title : nothing,
    summary: first ? `Maintenance: ${title}` : nothing,
    sentence: [
      news,
      first && shown.length === 1
        ? describeOne(first.value, { now, timeZone: await timeZoneOf(deps, turn.person.id), systems })
        : first
          ? '**While something is in maintenance, nobody is notified about its alerts.** When the maintenance ends, Gavel notifies people about each alert that is still firing.'
          : `**${nothing}.** To start maintenance now, type \`alert maintenance <service> in <environment> for 2h because <reason>\`.`,
    ]
      .filter((each) => each !== '')
      .join(' '),
    most: 15,
    rows: [
      ...(shown.length === 1 ? [] : shown.map(({ value }) => rowOf(value, { now, timeZone, systems }))),
      ...ending.map(({ value }) => endingRowOf(value, { now, timeZone, systems })),
    ],
    ...(isPart && { more: shownInPart }),
    actions: shown.slice(0, 4).map((each) => endButton(each, shown.length)),
  });
}

const placeOf = ({ service, environment }: Maintenance): string => `${service} in ${environment}`;

function describeOne(record: Maintenance, { now, timeZone, systems }: AlertMoment): string {
  const { until, reason, by, also } = record;
  const elsewhere = describeElsewhere(also);
  const missing = describeMissing(record, systems);
  return [
    `**${placeOf(record)} is in maintenance until ${momentInZone(until, now, timeZone)}**, started by ${plainText(by.name, 60)}: ${quote(reason)}.`,
    'Until then, nobody will be notified about its alerts. When the maintenance ends, Gavel will notify people about each alert that is still firing.',
    ...(elsewhere === '' ? [] : [elsewhere]),
    ...(missing === '' ? [] : [`**${plainText(missing, 200)}.** Gavel will keep trying.`]),
  ].join(' ');
}

/** The connections that don't know of it. */
function describeMissing({ failed }: Maintenance, systems: Titles): string {
  if (failed.length === 0) return '';
  const where = enumerate(failed.map((each) => systems.titleOf(each)));
  return `Not in maintenance in ${where} yet: Gavel couldn’t schedule it there`;
}

function rowOf(record: Maintenance, { now, timeZone, systems }: AlertMoment) {
  const missing = describeMissing(record, systems);
  const { glyph, color } = statuses[missing === '' ? 'silenced' : 'unclear'];
  return {
    glyph,
    color,
    name: placeOf(record),
    words: `${cleanText(record.by.name, 60)}: ${quoteClean(record.reason)}${cleanText(missing && `. ${missing}`, 160)}`,
    when: `until ${describeMoment(record.until, now, timeZone)}`,
  };
}

/** It ended early, and a source doesn't know that. */
function endingRowOf(record: Maintenance, { now, timeZone, systems }: AlertMoment) {
  const { failed, windows } = record;
  const where = cleanText(enumerate(windows.map(({ connection }) => systems.titleOf(connection))), 120);
  const { glyph, color } = statuses.unclear;
  return {
    glyph,
    color,
    name: placeOf(record),
    words:
      failed.length === 0
        ? `Maintenance has ended in Gavel. Gavel is now ending it in ${where}, too.`
        : `Maintenance has ended in Gavel, but not in ${where}. Gavel couldn’t end it there and will keep trying.`,
    when: `until ${describeMoment(record.until, now, timeZone)}`,
  };
}

function endButton({ id, value }: Stored<Maintenance>, count: number) {
  const title = count === 1 ? 'End maintenance' : cleanText(`End maintenance of ${placeOf(value)}`, 60);
  return { title, verb: 'alerts.end-maintenance', id };
}
