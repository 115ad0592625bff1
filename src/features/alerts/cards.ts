import type { CardContent, Question } from '../../chat/contract';
import { bandState } from '../../core/card';
import type { StatusName } from '../../core/card';
import type { Catalog } from '../../core/catalog';
import { may, whoMay } from '../../core/catalog/rights';
import { cleanText, enumerate, plainText, plural, webAddress } from '../../core/text';
import { describeDuration, describeMoment, describeWhen, footerTime } from '../../core/time/clock';
import type { AlertEvidence } from './facts';
import { noTicket } from '../tickets';
import { mayActOn } from './sources/facts';
import { watchedProblems, watchName } from './watch/facts';
import { alertLabel, openSignals, silencedAtSource, silentConnection } from './record';
import type { Alert } from './record';
import {
  describeAlert,
  describeCarried,
  describeLabels,
  describeLeftovers,
  describeSource,
  sourceTitle,
  summarize,
  titleOf,
} from './text';
import type { Titles } from './text';

/** The living card of an alert: `cards/alerts/alert.json`. Pure. */

export type AlertContent = CardContent<'alerts/alert'>;
type AlertData = AlertContent['data'];
type Button = AlertData['buttons'][number];

interface AlertView {
  readonly id: string;
  readonly alert: Alert;
  readonly evidence: AlertEvidence;
  readonly catalog: Catalog;
  readonly systems: Titles;
  readonly now: number;
  /** Undefined: for everybody in a channel. */
  readonly viewer: string | undefined;
}

/** Teams refreshes a card automatically for at most this many people. */
const maxRefreshed = 60;
/** Only a deployment shortly before is worth naming as a cause. */
const relatedMs = 3_600_000;

const noGraph: AlertData['graph'] = {
  ...{ title: '', top: '', from: '', middle: '', to: '', limitWords: '', markLegend: '', words: '', altText: '' },
  ...{ drawn: false, marked: false, image: '' },
};

export function alertCard(view: AlertView): AlertContent {
  const { id, alert, evidence, catalog, systems, now } = view;
  const moment = { now, timeZone: catalog.timeZone, systems };
  const isOver = alert.state === 'resolved';
  const buttons = buttonsOf(view);
  const sources = [...new Set(alert.signals.map(({ connection }) => sourceTitle(systems, connection)))];
  return {
    card: 'alerts/alert',
    data: {
      id,
      kind: `Alert ${alertLabel(alert)} · ${alert.severity}`,
      state: bandOf(alert, now),
      title: plainText(titleOf(alert, systems), 160),
      summary: summarize(alert, moment),
      sentence: describeAlert(alert, moment),
      causes: causesOf(view),
      graph: evidence.graph?.drawn === true ? evidence.graph : noGraph,
      facts: factsOf(view),
      note: [noteOf(view), describeLeftovers(alert, moment)].filter((each) => each !== '').join(' '),
      buttons,
      // What doesn't fit is in the question behind `More…`.
      links: linksOf(alert, systems).slice(0, maxInFront - buttons.length),
      refreshFor: isOver ? [] : actorsOf(view).slice(0, maxRefreshed),
      footer: `${enumerate(sources)} · ${footerTime(now, catalog.timeZone)} · ref\u00A0${id.slice(0, 8)}`,
    },
  };
}

/** Who can do something about it: those who operate it first, then those who can only roll back or open a ticket. */
function actorsOf({ alert: { service, environment }, evidence, catalog }: AlertView): string[] {
  const holders = (right: 'operate' | 'deploy'): string[] =>
    whoMay(catalog, right, { service, environment }).map(({ id }) => id);
  const canDeploy = evidence.rollbackTo !== undefined || reportOf(evidence).length > 0;
  return [...new Set([...holders('operate'), ...(canDeploy ? holders('deploy') : [])])];
}

/** The status of an alert, as its card and lists show it. */
export function alertStatusOf(alert: Alert, now: number): StatusName {
  if (alert.resolved) return 'resolved';
  if (alert.flappingSince !== undefined) return 'flapping';
  if (alert.silenced || silencedAtSource(alert, now) !== undefined || alert.maintenance) return 'silenced';
  return alert.state === 'acknowledged' ? 'acknowledged' : 'firing';
}

function bandOf(alert: Alert, now: number): AlertData['state'] {
  const status = alertStatusOf(alert, now);
  const band = bandState(status);
  if (status !== 'silenced') return alert.lost ? { ...band, word: 'May be firing' } : band;
  const isSilenced = alert.silenced !== undefined || silencedAtSource(alert, now) !== undefined;
  return { ...band, word: isSilenced ? 'Silenced, still firing' : 'In maintenance' };
}

/** What explains it, before any figure. */
function causesOf({ alert, evidence, catalog, now }: AlertView): AlertData['causes'] {
  const { lastChange } = evidence;
  if (alert.resolved || !isRelated(alert, lastChange?.at)) return [];
  const { version, by, at } = lastChange ?? { version: '', by: '', at: 0 };
  const earlier = describeDuration(alert.openedAt - at);
  const text = `${cleanText(version, 40)}, requested by ${cleanText(by, 80)}, went live ${describeWhen(at, now, catalog.timeZone)}, ${earlier} before the alert.`;
  return [{ glyph: '!', color: 'Warning', title: 'Likely cause:', text }];
}

function isRelated({ openedAt }: Alert, changedAt: number | undefined): boolean {
  return changedAt !== undefined && changedAt <= openedAt && openedAt - changedAt <= relatedMs;
}

function factsOf(view: AlertView): AlertData['facts'] {
  const { alert, evidence, catalog, systems, now } = view;
  const { acknowledged, silenced, state, signals, resolved, openedAt, reopened } = alert;
  const at = (time: number): string => describeMoment(time, now, catalog.timeZone);
  const { lastChange } = evidence;
  const open = openSignals(alert);
  const [first] = open.length > 0 ? open : signals;
  const isNamed = alert.service !== 'unknown' || silentConnection(alert) !== undefined || first === undefined;
  const comment = silenced?.comment ?? (state === 'acknowledged' ? acknowledged?.comment : undefined) ?? '';
  const until = state === 'acknowledged' ? acknowledged?.until : undefined;
  const change =
    lastChange &&
    `${plainText(lastChange.version, 40)} ${describeWhen(lastChange.at, now, catalog.timeZone)}, requested by ${plainText(lastChange.by, 80)}`;
  const response = acknowledged && acknowledged.at >= openedAt ? describeDuration(acknowledged.at - openedAt) : '';
  return [
    { title: 'Source', value: first ? describeSource(first, systems) : '' },
    { title: 'Labels', value: isNamed ? '' : describeLabels(first.alert.labels) },
    { title: 'Also\u00A0firing', value: open.length > 1 ? `${open.length - 1} more with the same name` : '' },
    { title: 'Last\u00A0change', value: causesOf(view).length === 0 && !resolved ? (change ?? '') : '' },
    { title: 'Expires', value: until === undefined ? '' : `${at(until)}, then Gavel will ask again` },
    { title: 'Notification', value: resolved ? '' : describeWaiting(alert, at) },
    { title: 'Comment', value: comment === '' ? '' : `“${plainText(comment, 300)}”` },
    { title: 'Silenced\u00A0in', value: silenced ? describeCarried(alert.carried, 'silence', systems) : '' },
    {
      title: 'Recorded\u00A0in',
      value:
        state === 'acknowledged' && acknowledged?.source === undefined
          ? describeCarried(alert.carried, 'acknowledge', systems)
          : '',
    },
    { title: 'Held\u00A0back\u00A0by', value: plainText(first?.alert.heldBackBy ?? '', 120) },
    { title: 'First\u00A0response', value: resolved ? response : '' },
    { title: 'Came\u00A0back', value: reopened > 0 ? plural(reopened, 'time') : '' },
    ...(evidence.ticket?.facts ?? []),
  ].filter(({ value }) => value !== '');
}

/** Why its channel doesn't have this card yet. */
function describeWaiting({ waiting }: Alert, at: (time: number) => string): string {
  if (!waiting) return '';
  return waiting.why === 'muted'
    ? `Its channel is muted until ${at(waiting.until)}`
    : `Its channel has quiet hours until ${at(waiting.until)}`;
}

function noteOf({ alert }: AlertView): string {
  if (alert.service !== 'unknown' || silentConnection(alert) !== undefined) return '';
  return 'No binding in the catalog matches this alert, so Gavel doesn’t know which service it’s about.';
}

/** Buttons and links together: more of them would hide the expected one. */
const maxInFront = 4;

/** At most three; the expected answer first. */
function buttonsOf(view: AlertView): Button[] {
  const { id, alert, catalog, evidence, viewer, now } = view;
  if (alert.resolved || viewer === undefined) return [];
  const { service, environment } = alert;
  const remedies = remediesOf(view).map(({ detail: _detail, ...button }) => button);
  // People who can only view need no More.
  const canReport = reportOf(evidence).length > 0;
  if (remedies.length === 0 && !canReport && !may(catalog, viewer, 'operate', { service, environment })) return [];
  const mayAct = mayActOn(catalog, viewer, evidence.reach);
  const silence = { title: 'Silence…', verb: 'alerts.silence', id, asks: true };
  const more = { title: 'More…', verb: 'alerts.more', id, asks: true };
  const first = !mayAct
    ? []
    : alertStatusOf(alert, now) === 'silenced' && alert.silenced
      ? [{ title: 'End silence', verb: 'alerts.end-silence', id, asks: false }]
      : alert.state === 'firing'
        ? [{ title: 'Acknowledge', verb: 'alerts.acknowledge', id, asks: false }]
        : [];
  // What doesn't respond needs a remedy before a word about it.
  const isDown = alert.signals.some(({ connection }) => connection === watchName) && alert.name === watchedProblems[0];
  if (isDown && remedies.length > 1) return [...remedies, more];
  const second = remedies[0] ?? (alert.silenced || !mayAct ? undefined : silence);
  return [...first, ...(second ? [second] : []), more].slice(0, 3);
}

/** Rolling back if a deployment is the likely cause, restarting if it doesn't respond; then the other one. */
function remediesOf({ alert, evidence, catalog, viewer = '' }: AlertView): (Button & { readonly detail: string })[] {
  const { service, environment } = alert;
  const { rollbackTo, canRestart, lastChange } = evidence;
  const holds = (right: 'deploy' | 'operate'): boolean => may(catalog, viewer, right, { service, environment });
  const rollback =
    rollbackTo !== undefined && holds('deploy')
      ? [
          {
            title: `Roll back to ${cleanText(rollbackTo, 40)}…`,
            ...{ verb: 'deployments.rollback-service', id: `${service}/${environment}/${rollbackTo}`, asks: true },
            detail: 'Asks for a reason first',
          },
        ]
      : [];
  const restart =
    canRestart && holds('operate')
      ? [
          {
            title: `Restart ${service}…`,
            ...{ verb: 'health.restart', id: `${service}/${environment}`, asks: true },
            detail: 'Stops it and starts the same release again',
          },
        ]
      : [];
  return isRelated(alert, lastChange?.at) ? [...rollback, ...restart] : [...restart, ...rollback];
}

/** The row that opens a ticket about it. */
function reportOf({ ticket = noTicket }: AlertEvidence): NonNullable<Question['rows']> {
  const { title, id } = ticket.button;
  if (title === '') return [];
  return [{ title, detail: 'Shows what it will say first', verb: 'tickets.report', id, asks: true }];
}

/** Its runbook, and its page in the source. */
function linksOf(alert: Alert, systems: Titles): AlertData['links'] {
  const [first] = openSignals(alert);
  if (!first || alert.resolved) return [];
  return [
    { title: 'Open runbook', url: webAddress(first.alert.runbook) },
    { title: `View in ${cleanText(systems.titleOf(first.connection), 30)}`, url: webAddress(first.alert.url) },
  ].filter(({ url }) => url !== '');
}

/** Everything else that this person can do about it. */
export function askMore(view: AlertView): Question {
  const { id, alert, catalog, evidence, systems, viewer = '' } = view;
  const mayAct = mayActOn(catalog, viewer, evidence.reach);
  const act = (title: string, detail: string, verb: string, asks?: true) => ({ title, detail, verb, id, asks });
  const own = [
    ...(alert.state === 'firing' ? [act('Acknowledge', 'Says that you’re working on it', 'alerts.acknowledge')] : []),
    ...(alert.state === 'acknowledged'
      ? [act('Remove acknowledgment', 'So someone else can work on it', 'alerts.unacknowledge')]
      : []),
    ...(alert.silenced
      ? [act('End silence', 'Notifies people again', 'alerts.end-silence')]
      : [act('Silence…', 'Stops notifications until a time you choose', 'alerts.silence', true)]),
  ];
  const remedies = remediesOf(view).map((each) => ({ ...each, asks: true as const }));
  return {
    title: titleOf(alert, systems),
    sentence: `Alert ${alertLabel(alert)}. Choose what to do.`,
    rows: [
      ...(mayAct && !alert.resolved ? own : []),
      ...(alert.resolved ? [] : [...remedies, act('Mute here…', 'Others are still notified', 'alerts.mute', true)]),
      ...reportOf(evidence),
      act('Check again', 'Checks its source now', 'alerts.recheck'),
    ],
    links: linksOf(alert, systems),
  };
}
