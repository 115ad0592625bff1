import type { CardContent } from '../../../chat/contract';
import { bandState, statuses } from '../../../core/card';
import type { StatusName } from '../../../core/card';
import type { Severity } from '../../../core/severity';
import { capitalize, cleanText, enumerate, plainText, plural } from '../../../core/text';
import { describeDuration, describeMoment, describeWhen, footerTime } from '../../../core/time/clock';
import { rankOf, worstOf } from '../record';
import type { Alert } from '../record';
import { sourceTitle, titleOf } from '../text';
import type { Titles } from '../text';
import type { Storm } from './workflow';

/** The card that replaces single alerts during a storm: `cards/alerts/storm.json`. Pure. */

type StormContent = CardContent<'alerts/storm'>;
type Row = StormContent['data']['rows'][number];

const maxRows = 5;

interface StormView {
  readonly id: string;
  readonly storm: Storm;
  /** Everything that opened since it began, oldest first. */
  readonly alerts: readonly Alert[];
  /** The latest deployment that took effect in one of the services, in words; empty if there was none. */
  readonly lastChange: string;
  readonly systems: Titles;
  readonly timeZone: string;
  readonly now: number;
}

export function stormCard(view: StormView): StormContent {
  const { id, storm, alerts, lastChange, systems, timeZone, now } = view;
  const isOver = storm.state === 'calm';
  const services = groupByService(isOver ? alerts.filter(({ state }) => state !== 'resolved') : alerts);
  const count = plural(alerts.length, 'alert');
  const environments = [...new Set(alerts.map(({ environment }) => environment))];
  const where = environments.length === 1 ? ` in ${environments[0]}` : '';
  const [first] = alerts;
  const connections = alerts.flatMap(({ signals }) => signals.map(({ connection }) => connection));
  const sources = [...new Set(connections.map((each) => sourceTitle(systems, each)))];
  const all = groupByService(alerts);
  const firstFact = first && {
    title: 'First\u00A0alert',
    value: `${plainText(titleOf(first, systems), 120)}, ${describeMoment(first.openedAt, now, timeZone)}`,
  };
  return {
    card: 'alerts/storm',
    data: {
      id,
      kind: 'Alert storm',
      state: isOver ? { glyph: '●', word: 'Over', tone: 'emphasis' } : bandState('firing'),
      title: `${count}${where}`,
      summary: isOver
        ? `The alert storm${where} is over after ${describeDuration((storm.endedAt ?? now) - storm.since)}`
        : `${count} from ${plural(all.length, 'service')}${where} since ${describeMoment(storm.since, now, timeZone)}`,
      sentence: sentenceOf(view, all.length),
      rows: services.slice(0, maxRows).map((group) => rowOf(group, now, timeZone)),
      more: describeRest(services.slice(maxRows)),
      facts: [
        ...(firstFact ? [firstFact] : []),
        { title: 'Last\u00A0change', value: lastChange === '' ? 'None in the last hour' : lastChange },
      ],
      footer: `${enumerate(sources)} · ${footerTime(now, timeZone)} · ref\u00A0${id.slice(0, 8)}`,
    },
  };
}

function sentenceOf({ storm, alerts, now, timeZone }: StormView, services: number): string {
  if (storm.state === 'storm')
    return `**${plural(services, 'service has', 'services have')} reported problems since ${describeMoment(storm.since, now, timeZone)}.** This card replaces individual alert cards until no alert has arrived for 2\u00A0min.`;
  const endedAt = storm.endedAt ?? now;
  const open = alerts.filter(({ state }) => state !== 'resolved').length;
  const lasted = describeDuration(endedAt - storm.since);
  const some = open === 1 ? 'is still firing and has its own card' : 'are still firing and have their own cards';
  const rest = open === 0 ? 'No alerts are firing now.' : `${open} of ${plural(alerts.length, 'alert')} ${some}.`;
  return `**The alert storm ended ${describeWhen(endedAt, now, timeZone)}, after ${lasted}.** ${rest}`;
}

interface ServiceGroup {
  readonly service: string;
  readonly alerts: readonly Alert[];
  readonly worst: Severity;
}

/** The worst service first, then the one with the most alerts. */
function groupByService(alerts: readonly Alert[]): readonly ServiceGroup[] {
  const groups = new Map<string, Alert[]>();
  for (const alert of alerts) groups.set(alert.service, [...(groups.get(alert.service) ?? []), alert]);
  return [...groups]
    .map(([service, own]) => ({ service, alerts: own, worst: worstOf(own.map(({ severity }) => severity)) ?? 'info' }))
    .sort((one, other) => rankOf(one.worst) - rankOf(other.worst) || other.alerts.length - one.alerts.length);
}

const looks: Readonly<Record<Severity, StatusName>> = { critical: 'firing', warning: 'degraded', info: 'unknown' };

function rowOf({ service, alerts, worst }: ServiceGroup, now: number, timeZone: string): Row {
  const { glyph, color } = statuses[looks[worst]];
  const first = Math.min(...alerts.map(({ openedAt }) => openedAt));
  return {
    service: cleanText(service, 40),
    alerts: String(alerts.length),
    ...{ glyph, color, worst: capitalize(worst) },
    first: describeMoment(first, now, timeZone),
    weight: worst === 'critical' ? 'Bolder' : 'Default',
  };
}

function describeRest(rest: readonly ServiceGroup[]): string {
  if (rest.length === 0) return '';
  const alerts = rest.reduce((sum, each) => sum + each.alerts.length, 0);
  return `and ${rest.length} more ${rest.length === 1 ? 'service' : 'services'} with ${plural(alerts, 'alert')}`;
}
