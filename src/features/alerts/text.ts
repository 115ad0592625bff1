import type { Systems } from '../../connectors/contract';
import { lookUp } from '../../core/keys';
import { capitalize, cleanText, enumerate, plainText, plural, quote, withFullStop } from '../../core/text';
import { describeDuration, describeMoment, describeWhen } from '../../core/time/clock';
import { watchName } from './watch/facts';
import { alertLabel, openSignals, silencedAtSource, silentConnection } from './record';
import type { Alert, Carried, Said, Signal } from './record';

/** Alerts in words. Everything is Markdown with outside text escaped, unless it says otherwise. */

/** What calls a connection by its title. */
export type Titles = Pick<Systems, 'titleOf'>;

/** When something is described, in which zone, and what its sources are called. */
export interface AlertMoment {
  readonly now: number;
  readonly timeZone: string;
  readonly systems: Titles;
}

/** The title of a connection as Markdown. */
export const sourceTitle = (systems: Titles, connection: string): string => plainText(systems.titleOf(connection), 40);

/** More of them would only repeat what the title says. */
const maxLabels = 6;

const conditions: Readonly<Record<string, readonly [is: string, was: string]>> = {
  'not answering': ['isn’t responding', 'wasn’t responding'],
  slow: ['is slow', 'was slow'],
  errors: ['is failing requests', 'was failing requests'],
};

/** `shop in production is slow`, `shop in production: DiskFull`: plain text. */
export function titleOf(alert: Alert, systems: Titles): string {
  const { service, environment, name, state } = alert;
  const silent = silentConnection(alert);
  if (silent !== undefined)
    return `${cleanText(systems.titleOf(silent), 40)} ${state === 'resolved' ? 'didn’t report' : 'no longer reports'}`;
  const known = lookUp(conditions, name);
  const where = service === 'unknown' ? 'Alert without a service' : `${service} in ${environment}`;
  return known ? `${where} ${known[state === 'resolved' ? 1 : 0]}` : `${where}: ${cleanText(name, 80)}`;
}

function worstSignal(alert: Alert): Signal | undefined {
  const open = openSignals(alert);
  return open.find((each) => each.alert.severity === alert.severity) ?? open[0];
}

/** What its worst signal says, in one clause without a period; empty if nothing fires. */
function troubleOf(alert: Alert): string {
  return plainText(worstSignal(alert)?.alert.summary ?? '', 200).replace(/\.$/, '');
}

/** When the source of its worst signal last reported; undefined while it does. */
function lastReportOf(alert: Alert): number | undefined {
  const worst = worstSignal(alert);
  return alert.lost?.find(({ connection }) => connection === worst?.connection)?.since;
}

/** What its worst signal says, as a sentence with a space before it. What its source can no longer confirm has its time. */
function troubleSentence(alert: Alert, at: (time: number) => string): string {
  const trouble = troubleOf(alert);
  const last = lastReportOf(alert);
  if (trouble === '') return '';
  return last === undefined
    ? ` ${withFullStop(asSentence(trouble))}`
    : ` The last report, at ${at(last)}, was “${trouble}”.`;
}

/** Names such as `p95` and `web-1` keep their small letter. */
const asSentence = (words: string): string => (/^[a-z]+[\d._:/-]/.test(words) ? words : capitalize(words));

/** Since when it fires, as its sources say: the earliest of those that fire. */
function firingSince(alert: Alert): number {
  const times = openSignals(alert).map((each) => each.alert.since);
  return times.length > 0 ? Math.min(...times) : alert.openedAt;
}

/** The notification: everything in one line of plain text. */
export function summarize(alert: Alert, { now, timeZone, systems }: AlertMoment): string {
  const title = titleOf(alert, systems);
  const at = (time: number): string => describeMoment(time, now, timeZone);
  const { acknowledged, silenced, maintenance, resolved, severity } = alert;
  if (resolved) return `Resolved after ${describeDuration(resolved.at - alert.openedAt)}: ${title}`;
  if (alert.flappingSince !== undefined) return `Flapping: ${title}`;
  const quiet = silenced?.until ?? silencedAtSource(alert, now);
  if (quiet !== undefined) return `Silenced until ${at(quiet)}, still firing: ${title}`;
  if (maintenance) return `In maintenance until ${at(maintenance.until)}: ${title}`;
  if (alert.state === 'acknowledged' && acknowledged)
    return `${cleanText(acknowledged.by.name, 60)} is working on it: ${title}`;
  const last = lastReportOf(alert);
  if (last !== undefined) return `May still be firing, last reported ${describeWhen(last, now, timeZone)}: ${title}`;
  const trouble = troubleOf(alert).replaceAll('\\', '');
  const kind = severity === 'critical' ? 'Critical' : severity === 'warning' ? 'Warning' : 'Info';
  return `${kind}: ${title} (since ${at(firingSince(alert))})${trouble === '' ? '' : `. ${asSentence(trouble)}`}`;
}

/** The sentence that matters most. */
export function describeAlert(alert: Alert, moment: AlertMoment): string {
  const { lost = [], quietSince } = alert;
  const { now, timeZone, systems } = moment;
  const main = describeState(alert, moment);
  if (alert.resolved) return main;
  const at = (time: number): string => describeMoment(time, now, timeZone);
  const unheard = lost.map(
    ({ connection, since }) =>
      `**${sourceTitle(systems, connection)} hasn’t responded since ${at(since)}**, so Gavel can’t tell whether this alert is still firing.`,
  );
  const calm =
    quietSince === undefined || alert.flappingSince !== undefined
      ? []
      : [`This alert hasn’t fired since ${at(quietSince)}. If it stays quiet for a minute, Gavel will resolve it.`];
  return [...unheard, main, ...calm].join(' ');
}

function describeState(alert: Alert, { now, timeZone, systems }: AlertMoment): string {
  const { acknowledged, silenced, maintenance, changes, flappingSince } = alert;
  const at = (time: number): string => describeMoment(time, now, timeZone);
  const also = troubleSentence(alert, at);
  if (alert.resolved) return describeResolution(alert, { now, timeZone });
  const quietUntil = silencedAtSource(alert, now);
  if (silenced)
    return `**Silenced until ${at(silenced.until)} by ${plainText(silenced.by.name, 60)}.** It has been firing since ${at(firingSince(alert))}.${also}`;
  if (quietUntil !== undefined)
    return `**Silenced until ${at(quietUntil)}${describeSilencer(alert, systems)}.** It has been firing since ${at(firingSince(alert))}.${also}`;
  if (maintenance)
    return `**In maintenance until ${at(maintenance.until)}**, started by ${plainText(maintenance.by, 60)}: ${quote(maintenance.reason)}.${also}`;
  if (flappingSince !== undefined) {
    const count = changes.filter((each) => each > now - 1_800_000).length;
    return `**This alert switched between firing and resolved ${plural(count, 'time')} within 30\u00A0min.** Gavel won’t notify anyone until the alert has been stable for 30\u00A0min.${also}`;
  }
  if (alert.state === 'acknowledged' && acknowledged) {
    const where = acknowledged.source === undefined ? '' : ` in ${sourceTitle(systems, acknowledged.source)}`;
    return `**${plainText(acknowledged.by.name, 60)} acknowledged this${where} ${describeWhen(acknowledged.at, now, timeZone)}.**${also}`;
  }
  if (lastReportOf(alert) !== undefined) return `It had been firing since ${at(firingSince(alert))}.${also}`;
  return `**Firing since ${at(firingSince(alert))}.**${also}`;
}

/** ` in Alertmanager by noor` */
function describeSilencer(alert: Alert, systems: Titles): string {
  const [signal] = openSignals(alert);
  const [silence] = signal?.alert.silences ?? [];
  if (!signal || !silence) return '';
  return ` in ${sourceTitle(systems, signal.connection)} by ${plainText(silence.by, 60)}`;
}

function describeResolution(
  { resolved, openedAt }: Alert,
  { now, timeZone }: Pick<AlertMoment, 'now' | 'timeZone'>,
): string {
  if (!resolved) return '';
  const latest = resolved.notBefore === undefined ? '' : ' at the latest';
  return `**Resolved ${describeWhen(resolved.at, now, timeZone)}${latest}, after ${describeDuration(resolved.at - openedAt)}.**`;
}

/** Where it's carried to: `Gavel and Alertmanager`, or what isn't true there yet. Empty if there is nothing to carry. */
export function describeCarried(carried: readonly Carried[], what: Carried['what'], systems: Titles): string {
  const all = carried.filter((each) => each.what === what && each.isThere !== false);
  const name = ({ connection }: Carried): string => sourceTitle(systems, connection);
  const done = [...new Set(all.filter(({ state }) => state === 'done').map(name))];
  const failed = [...new Set(all.filter(({ state }) => state === 'failed').map(name))];
  if (all.length === 0) return '';
  const here = enumerate(['Gavel', ...done.filter((each) => !failed.includes(each))]);
  return failed.length === 0 ? here : `${here}; not yet in ${enumerate(failed)}. Gavel will keep trying.`;
}

/** What was ended in Gavel and not yet at its source, in a sentence each; empty if there is nothing. */
export function describeLeftovers({ leftovers = [] }: Alert, { now, timeZone, systems }: AlertMoment): string {
  return leftovers
    .filter(({ state }) => state === 'failed')
    .map(({ what, connection, until }) => {
      const [still, change] =
        what === 'silence' ? ['silenced', 'end the silence'] : ['acknowledged', 'remove the acknowledgment'];
      const end = until === undefined ? '' : ` until ${describeMoment(until, now, timeZone)}`;
      return `**This alert may still be ${still} in ${sourceTitle(systems, connection)}${end}**, because Gavel couldn’t ${change} there. Gavel will keep trying.`;
    })
    .join(' ');
}

/** What Gavel itself watches is named by the title. */
export function describeSource({ connection, alert: { name } }: Signal, systems: Titles): string {
  return connection === watchName ? connection : `${sourceTitle(systems, connection)}: ${plainText(name, 80)}`;
}

/** `job=node, team=web`: the first of its labels. */
export function describeLabels(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .slice(0, maxLabels)
    .map(([name, value]) => `${plainText(name, 40)}=${plainText(value, 60)}`)
    .join(', ');
}

/** One line of its history. */
export function describeHistoryLine(alert: Alert, said: Said, timeZone: string): string {
  const { what, at: now, comment = '', until } = said;
  const by = said.by === undefined ? undefined : plainText(said.by, 60);
  const because = comment === '' ? '' : `: “${plainText(comment, 300)}”`;
  const end = until === undefined ? '' : ` until ${describeMoment(until, now, timeZone)}`;
  const label = alertLabel(alert);
  switch (what) {
    case 'acknowledged':
      return `**${by} acknowledged ${label}**${because}`;
    case 'acknowledgement taken back':
      return by === undefined
        ? `**The acknowledgment of ${label} was removed at the source.**`
        : `**${by} is no longer working on ${label}.**`;
    case 'acknowledgement expired':
      return `**${label} is still firing, and ${by}’s acknowledgment has expired.** If you’re still working on the alert, acknowledge it again.`;
    case 'worse':
      return `**${label} is ${alert.severity} now.** ${withFullStop(asSentence(troubleOf(alert)))}`;
    case 'silenced':
      return `**${by} silenced ${label}${end}**${because}`;
    case 'silence ended':
      return by === undefined ? `**The silence of ${label} has ended.**` : `**${by} ended the silence of ${label}.**`;
    case 'maintenance':
      return `**${label} is in maintenance${end}**, started by ${by}${because}`;
    case 'maintenance ended':
      return `**Maintenance has ended for ${label}.**`;
    case 'flapping':
      return `**${label} is flapping.** I won’t notify anyone about it until it has been stable for 30\u00A0min.`;
    case 'stable':
      return `**${label} is stable again.**`;
    case 'reopened':
      return `**${label} is firing again.**`;
    case 'resolved':
      return alert.resolved ? describeResolution(alert, { now, timeZone }) : '**Resolved.**';
  }
}
