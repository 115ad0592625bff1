import type { Reply, Turn } from '../../../chat/contract';
import { noState, statuses } from '../../../core/card';
import type { Catalog } from '../../../core/catalog';
import { describeReach, may, shownInPart } from '../../../core/catalog/rights';
import type { Reach } from '../../../core/catalog/rights';
import { cleanText, enumerate, plainText, plural } from '../../../core/text';
import { describeMoment } from '../../../core/time/clock';
import type { Stored } from '../../../store/contract';
import { drawList } from '../../contract';
import type { FeatureDependencies } from '../../contract';
import { alertStatusOf } from '../cards';
import { alertLabel, openSignals, rankOf } from '../record';
import type { Alert } from '../record';
import { sourceTitle, titleOf } from '../text';
import type { AlertMoment } from '../text';

/** `alerts`: everything that fires, worst first, and who works on what. */

const maxRows = 15;

export interface ListFacts {
  readonly open: readonly Stored<Alert>[];
  /** Connections that don't answer. */
  readonly lost: readonly string[];
  /** The services that it's about, as outside text; omitted if the reach says it. */
  readonly about?: string;
}

/** The open alerts within this reach that this person can view, the worst first; what nobody works on comes before what somebody does. */
export function listAlerts(
  deps: FeatureDependencies,
  turn: Turn,
  { open, lost, about }: ListFacts,
  reach: Reach,
): Reply {
  const catalog = deps.catalog();
  const now = deps.clock.now();
  const within = open.map(({ value }) => value).filter((each) => isWithin(each, reach));
  const shown = within.filter((each) => isVisible(catalog, turn, each)).sort(compareAlerts);
  const unattended = shown.filter(({ state }) => state === 'firing').length;
  const title = shown.length === 0 ? 'No alerts' : plural(shown.length, 'alert');
  const [worst] = shown;
  const titles = lost.map((each) => sourceTitle(deps.systems, each));
  return drawList(deps, turn, {
    kind: 'Alerts',
    state: worst ? stateOf(worst, now) : noState,
    title,
    summary: worst ? `${title}, worst: ${titleOf(worst, deps.systems)}` : title,
    sentence: [
      shown.length === 0
        ? `**${describeNone(about ?? describeReach(reach), within.length > 0)}**`
        : `**${describeWork(shown.length, unattended)}**`,
      ...(lost.length > 0 ? [`${enumerate(titles)} didn’t respond, so some alerts may be missing.`] : []),
      ...(shown.length < within.length ? [shownInPart] : []),
    ].join(' '),
    most: maxRows,
    rows: shown.map((alert) => rowOf(alert, { now, timeZone: catalog.timeZone, systems: deps.systems })),
  });
}

function isVisible(catalog: Catalog, { person }: Turn, { service, environment }: Alert): boolean {
  return may(catalog, person.id, 'view', { service, environment });
}

function isWithin(alert: Alert, { service, environment }: Reach): boolean {
  return (
    (service === undefined || alert.service === service) &&
    (environment === undefined || alert.environment === environment)
  );
}

const order = { firing: 0, acknowledged: 1, resolved: 2 } as const;

function compareAlerts(one: Alert, other: Alert): number {
  return (
    rankOf(one.severity) - rankOf(other.severity) ||
    order[one.state] - order[other.state] ||
    one.openedAt - other.openedAt
  );
}

function stateOf(alert: Alert, now: number) {
  const { glyph, word, tone } = statuses[alertStatusOf(alert, now)];
  return { glyph, word, tone };
}

/** `isPart`: there are some that this person can't view. */
function describeNone(about: string, isPart: boolean): string {
  const where = about === '' ? '' : ` for ${plainText(about, 120)}`;
  return isPart
    ? `No alerts that you can view are firing${where}.`
    : `No alerts are firing${where}, as far as Gavel knows.`;
}

function describeWork(open: number, unattended: number): string {
  if (unattended === 0) return open === 1 ? 'Someone is working on it.' : 'Someone is working on each of them.';
  if (unattended < open) return `Nobody is working on ${unattended} of them.`;
  return open === 1 ? 'Nobody is working on it.' : 'Nobody is working on them.';
}

function rowOf(alert: Alert, { now, timeZone, systems }: AlertMoment) {
  const { glyph, color, word } = statuses[alertStatusOf(alert, now)];
  const { acknowledged, state, severity } = alert;
  const who =
    state === 'acknowledged' && acknowledged ? `, ${cleanText(acknowledged.by.name, 60)} is working on it` : '';
  const count = openSignals(alert).length;
  const many = count > 1 ? `, ${count} signals` : '';
  return {
    glyph,
    color,
    name: `${alertLabel(alert)} ${cleanText(titleOf(alert, systems), 120)}`,
    words: `${severity}, ${word.toLowerCase()}${who}${many}`,
    when: describeMoment(alert.openedAt, now, timeZone),
    action: `Show ${alertLabel(alert)}`,
    ...{ verb: 'chat.run', id: `alert show ${alertLabel(alert)}` },
  };
}
