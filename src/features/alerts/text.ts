import { lookUp } from '../../core/keys';
import { capitalize, cleanText, enumerate, plainText, plural, withFullStop } from '../../core/text';
import { describeDuration, describeMoment } from '../../core/time/clock';
import { alertLabel, openSignals, silencedAtSource, silentConnection } from './record';
import type { Alert, Carried, Said } from './record';

/** Alerts in words. Everything is Markdown with outside text escaped, unless it says otherwise. */

/** When something is described, and in which zone. */
interface TimeView {
  readonly now: number;
  readonly timeZone: string;
}

const conditions: Readonly<Record<string, readonly [is: string, was: string]>> = {
  'not answering': ['isn’t responding', 'wasn’t responding'],
  slow: ['is slow', 'was slow'],
  errors: ['fails requests', 'failed requests'],
};

/** `shop in production is slow`, `shop in production: DiskFull`: plain text. */
export function titleOf(alert: Alert): string {
  const { service, environment, name, state } = alert;
  const silent = silentConnection(alert);
  if (silent !== undefined)
    return `${cleanText(silent, 40)} ${state === 'resolved' ? 'didn’t report' : 'no longer reports'}`;
  const known = lookUp(conditions, name);
  const where = service === 'unknown' ? 'Alert without a service' : `${service} in ${environment}`;
  return known ? `${where} ${known[state === 'resolved' ? 1 : 0]}` : `${where}: ${cleanText(name, 80)}`;
}

/** What its worst signal says, in one clause without a period; empty if nothing fires. */
function troubleOf(alert: Alert): string {
  const open = openSignals(alert);
  const worst = open.find((each) => each.alert.severity === alert.severity) ?? open[0];
  return worst ? plainText(worst.alert.summary, 200).replace(/\.$/, '') : '';
}

/** Names such as `p95` keep their small letter. */
const asSentence = (words: string): string => (/^[a-z]+\d/.test(words) ? words : capitalize(words));

/** Since when it fires, as its sources say: the earliest of those that fire. */
function firingSince(alert: Alert): number {
  const times = openSignals(alert).map((each) => each.alert.since);
  return times.length > 0 ? Math.min(...times) : alert.openedAt;
}

/** The notification: everything in one line of plain text. */
export function summarize(alert: Alert, { now, timeZone }: TimeView): string {
  const title = titleOf(alert);
  const at = (time: number): string => describeMoment(time, now, timeZone);
  const { acknowledged, silenced, maintenance, resolved, severity } = alert;
  if (resolved) return `Resolved after ${describeDuration(resolved.at - alert.openedAt)}: ${title}`;
  if (alert.flappingSince !== undefined) return `Flapping: ${title}`;
  const quiet = silenced?.until ?? silencedAtSource(alert, now);
  if (quiet !== undefined) return `Silenced until ${at(quiet)}, still firing: ${title}`;
  if (maintenance) return `In maintenance until ${at(maintenance.until)}: ${title}`;
  if (alert.state === 'acknowledged' && acknowledged)
    return `${cleanText(acknowledged.by.name, 60)} is working on it: ${title}`;
  const trouble = troubleOf(alert).replaceAll('\\', '');
  const kind = severity === 'critical' ? 'Critical' : severity === 'warning' ? 'Warning' : 'Info';
  return `${kind}: ${title} since ${at(firingSince(alert))}${trouble === '' ? '' : `: ${trouble}`}`;
}

/** The sentence that matters most. */
export function describeAlert(alert: Alert, moment: TimeView): string {
  const { lost = [], quietSince } = alert;
  const { now, timeZone } = moment;
  const main = describeState(alert, moment);
  if (alert.resolved) return main;
  const at = (time: number): string => describeMoment(time, now, timeZone);
  const unheard = lost.map(
    ({ connection, since }) =>
      `**${plainText(connection, 40)} hasn’t responded since ${at(since)}**, so Gavel can’t tell whether this is still firing.`,
  );
  const calm =
    quietSince === undefined || alert.flappingSince !== undefined
      ? []
      : [`Nothing has fired since ${at(quietSince)}. If it stays quiet for a minute, Gavel resolves it.`];
  return [...unheard, main, ...calm].join(' ');
}

function describeState(alert: Alert, { now, timeZone }: TimeView): string {
  const { acknowledged, silenced, maintenance, changes, flappingSince } = alert;
  const at = (time: number): string => describeMoment(time, now, timeZone);
  const trouble = troubleOf(alert);
  const also = trouble === '' ? '' : ` ${withFullStop(asSentence(trouble))}`;
  if (alert.resolved) return describeResolution(alert, at);
  const quietUntil = silencedAtSource(alert, now);
  if (silenced)
    return `**Silenced until ${at(silenced.until)} by ${plainText(silenced.by.name, 60)}.** It has been firing since ${at(firingSince(alert))}.${also}`;
  if (quietUntil !== undefined)
    return `**Silenced until ${at(quietUntil)}${describeSilencer(alert)}.** It has been firing since ${at(firingSince(alert))}.${also}`;
  if (maintenance)
    return `**In maintenance until ${at(maintenance.until)}**, planned by ${plainText(maintenance.by, 60)}: ${withFullStop(plainText(maintenance.reason, 200))}${also}`;
  if (flappingSince !== undefined) {
    const count = changes.filter((each) => each > now - 1_800_000).length;
    return `**Switched between firing and resolved ${plural(count, 'time')} within 30\u00A0min.** Gavel won’t notify anyone until it’s been stable for 30\u00A0min.${also}`;
  }
  if (alert.state === 'acknowledged' && acknowledged) {
    const where = acknowledged.source === undefined ? '' : ` in ${plainText(acknowledged.source, 40)}`;
    return `**${plainText(acknowledged.by.name, 60)} acknowledged this${where} at ${at(acknowledged.at)}.**${also}`;
  }
  return `**Firing since ${at(firingSince(alert))}.**${also}`;
}

/** ` in alertmanager by noor` */
function describeSilencer(alert: Alert): string {
  const [signal] = openSignals(alert);
  const [silence] = signal?.alert.silences ?? [];
  if (!signal || !silence) return '';
  return ` in ${plainText(signal.connection, 40)} by ${plainText(silence.by, 60)}`;
}

function describeResolution({ resolved, openedAt }: Alert, at: (time: number) => string): string {
  if (!resolved) return '';
  const latest = resolved.notBefore === undefined ? '' : ' at the latest';
  return `**Resolved at ${at(resolved.at)}${latest}, after ${describeDuration(resolved.at - openedAt)}.**`;
}

/** Where it's carried to: `Gavel and alertmanager`, or what isn't true there yet. Empty if there is nothing to carry. */
export function describeCarried(carried: readonly Carried[], what: Carried['what']): string {
  const all = carried.filter((each) => each.what === what && each.isThere !== false);
  const name = ({ connection }: Carried): string => plainText(connection, 40);
  const done = [...new Set(all.filter(({ state }) => state === 'done').map(name))];
  const failed = [...new Set(all.filter(({ state }) => state === 'failed').map(name))];
  if (all.length === 0) return '';
  const here = enumerate(['Gavel', ...done.filter((each) => !failed.includes(each))]);
  return failed.length === 0 ? here : `${here}; ${enumerate(failed)} didn’t respond`;
}

/** What was ended in Gavel and not yet at its source, in a sentence each; empty if there is nothing. */
export function describeLeftovers({ leftovers = [] }: Alert, { now, timeZone }: TimeView): string {
  return leftovers
    .filter(({ state }) => state === 'failed')
    .map(({ what, connection, until }) => {
      const still = what === 'silence' ? 'silenced' : 'acknowledged';
      const end = until === undefined ? '' : ` until ${describeMoment(until, now, timeZone)}`;
      return `**It may still be ${still} in ${plainText(connection, 40)}${end}**, because Gavel couldn’t end that there. Gavel keeps trying.`;
    })
    .join(' ');
}

/** One line of its history. */
export function describeHistoryLine(alert: Alert, said: Said, timeZone: string): string {
  const { what, at: now, comment = '', until } = said;
  const by = said.by === undefined ? undefined : plainText(said.by, 60);
  const because = comment === '' ? '' : `: “${plainText(comment, 300)}”`;
  const end = until === undefined ? '' : ` until ${describeMoment(until, now, timeZone)}`;
  switch (what) {
    case 'acknowledged':
      return `**${by} acknowledged ${alertLabel(alert)}**${because}`;
    case 'acknowledgement taken back':
      return by === undefined
        ? `**The acknowledgement was removed at its source.**`
        : `**${by} is no longer working on it.**`;
    case 'acknowledgement expired':
      return `**It’s still firing, and the acknowledgement by ${by} has expired.** Acknowledge it again if you’re still working on it.`;
    case 'worse':
      return `**It’s ${alert.severity} now.** ${withFullStop(asSentence(troubleOf(alert)))}`;
    case 'silenced':
      return `**${by} silenced it${end}**${because}`;
    case 'silence ended':
      return by === undefined ? '**The silence has ended.**' : `**${by} ended the silence.**`;
    case 'maintenance':
      return `**In maintenance${end}**, planned by ${by}${because}`;
    case 'maintenance ended':
      return '**Maintenance has ended.**';
    case 'flapping':
      return '**It’s flapping.** Gavel won’t notify anyone about it until it’s been stable for 30\u00A0min.';
    case 'stable':
      return '**It’s stable again.**';
    case 'reopened':
      return '**It’s firing again.**';
    case 'resolved':
      return alert.resolved
        ? describeResolution(alert, (time) => describeMoment(time, now, timeZone))
        : '**Resolved.**';
  }
}
