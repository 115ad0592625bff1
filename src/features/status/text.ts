import type { CardContent } from '../../chat/contract';
import { statuses } from '../../core/card';
import type { StatusName } from '../../core/card';
import { capitalize, cleanText, plainText, plural, quote } from '../../core/text';
import { dayAndMonth, describeMoment, timeOfDay } from '../../core/time/clock';
import type { WaitingApproval } from '../approvals';
import { describeDeployment, isRollingBack, labelOf, statusNow } from '../deployments';
import type { Deployment, FoundDeployment } from '../deployments';
import { describeExtent, describeFreezeEnd, isOn } from '../freezes';
import type { Freeze } from '../freezes';
import { isEmpty, targetId } from '../health';
import type { HealthReport } from '../health';
import type { Lock } from '../locks';
import type { OpenRun } from '../runs';
import type { Drift, StatusFacts } from './facts';

/** One row for each thing, with where it leads. `lead` is plain, `detail` is escaped. Pure. */

export type Row = CardContent<'status/status'>['data']['sections'][number]['rows'][number];
type View = Pick<StatusFacts, 'now' | 'timeZone'>;

const longestLead = 100;
const longestReason = 80;
const longestName = 40;

function glyphOf(name: StatusName): Pick<Row, 'glyph' | 'color'> {
  const { glyph, color } = statuses[name];
  return { glyph, color };
}

export function healthRow(report: HealthReport, { now, timeZone }: View): Row {
  const { service, environment, state, since, trouble } = report;
  const { running } = report.live;
  const name = `${service} in ${environment}`;
  const version = running ? plainText(running.version, longestName) : '';
  const lasting = since === undefined ? '' : `since ${describeMoment(since, now, timeZone)}`;
  const isWell = state === 'healthy';
  return {
    ...glyphOf(state),
    weight: isWell ? 'Default' : 'Bolder',
    lead: isEmpty(report) ? `Nothing is deployed to ${environment}` : `${name} is ${state}`,
    detail: isEmpty(report) ? '' : [version, lasting, isWell ? '' : trouble].filter(Boolean).join(' · '),
    action: cleanText(`Show health of ${name}`, longestLead),
    verb: 'health.open',
    id: targetId({ service, environment }),
  };
}

export function waitingRow({ id, label, title, requester, expiresAt }: WaitingApproval, { now, timeZone }: View): Row {
  return {
    ...glyphOf('waiting'),
    weight: 'Bolder',
    lead: cleanText(title, longestLead),
    detail: `${title === label ? '' : `${plainText(label, longestName)} · `}requested by ${plainText(requester.name, longestName)} · until ${describeMoment(expiresAt, now, timeZone)}`,
    action: `Show ${cleanText(label, longestName)}`,
    verb: 'approvals.view',
    id,
  };
}

/** `detail` follows the number. */
export function deploymentRow({ id, deployment }: FoundDeployment, detail: string): Row {
  const state = isRollingBack(deployment) ? 'rolled back' : statusNow(deployment);
  const label = labelOf(deployment);
  return {
    ...glyphOf(state),
    weight: deployment.state === 'unclear' ? 'Bolder' : 'Default',
    lead: cleanText(
      `${describeDeployment(deployment)}${deployment.state === 'unclear' ? ' is unclear' : ''}`,
      longestLead,
    ),
    detail: `${label} · ${detail}`,
    action: `Show ${label}`,
    verb: 'deployments.view',
    id,
  };
}

/** A run of a pipeline. */
export function runRow({ id, label, title, requester, status, word }: OpenRun): Row {
  const isUnclear = status === 'unclear';
  return {
    ...glyphOf(status),
    weight: isUnclear ? 'Bolder' : 'Default',
    lead: cleanText(`${title}${isUnclear ? ' is unclear' : ''}`, longestLead),
    detail: `${label} · ${plainText(requester.name, longestName)} · ${isUnclear ? 'someone has to check whether it ran' : word.toLowerCase()}`,
    action: `Show ${label}`,
    verb: 'runs.view',
    id,
  };
}

/** An ended deployment; `what` is its outcome. */
export function endedRow(found: FoundDeployment, what: string, view: View): Row {
  const { requester, stateSince } = found.deployment;
  const row = deploymentRow(found, `${describeSince(stateSince, view)} · ${plainText(requester.name, longestName)}`);
  // Nothing is broken by it now.
  const color = row.color === 'Good' ? row.color : 'Default';
  return { ...row, color, lead: cleanText(`${describeDeployment(found.deployment)} ${what}`, longestLead) };
}

/** The progress of an open deployment: `Dana Developer · step 3 of 5`. */
export function progressOf(deployment: Deployment, { now, timeZone }: View): string {
  const { state, requester, run, verifyUntil, heldBy, waitsFor, replaces } = deployment;
  const steps = run?.steps ?? [];
  const done = steps.filter((step) => step.state === 'done').length;
  const words = (): string => {
    if (isRollingBack(deployment))
      return `rolling back to ${plainText(replaces?.version ?? 'the release before', longestName)}`;
    if (state === 'requested' || state === 'awaiting approval') return 'waiting for approval';
    if (state === 'approved' && heldBy !== undefined) return `held: ${plainText(heldBy, longestReason)}`;
    if (state === 'approved') return waitsFor ? `waiting for D-${waitsFor}` : 'approved, about to start';
    if (state === 'verifying') return `verifying until ${timeOfDay(verifyUntil ?? now, timeZone)}`;
    return steps.length === 0
      ? 'starting'
      : `step\u00A0${Math.min(steps.length, done + 1)}\u00A0of\u00A0${steps.length}`;
  };
  return `${plainText(requester.name, longestName)} · ${words()}`;
}

export function freezeRow(freeze: Freeze, { now, timeZone }: View): Row {
  const extent = cleanText(describeExtent(freeze), longestLead);
  const { from, until, by, name, reason, environments, services = [] } = freeze;
  const verb = Math.max(environments.length, services.length) > 1 ? 'are' : 'is';
  const why = `${plainText(by ?? name, longestName)}: ${quote(reason, longestReason)}`;
  return {
    ...glyphOf('frozen'),
    weight: 'Default',
    lead: `${extent} ${verb} frozen${isOn(freeze, now) ? '' : ` from ${describeMoment(from, now, timeZone)}`}`,
    detail: `${describeFreezeEnd(until, now, timeZone)} · ${why}`,
    action: 'Show freezes',
    verb: 'chat.run',
    id: 'freezes',
  };
}

export function lockRow({ service, environment, holder, queue }: Lock, { now, timeZone }: View): Row {
  const name = `${service} in ${environment}`;
  const parts = [
    plainText(holder?.person.name ?? 'Someone', longestName),
    holder ? quote(holder.reason, longestReason) : '',
    holder?.until === undefined ? '' : `until ${describeMoment(holder.until, now, timeZone)}`,
    queue.length === 0 ? '' : `${queue.length} in line`,
  ];
  return {
    ...glyphOf('locked'),
    weight: 'Default',
    lead: `${name} is locked`,
    detail: parts.filter(Boolean).join(' · '),
    action: cleanText(`Show the rules of ${name}`, longestLead),
    verb: 'chat.run',
    id: `policy ${name}`,
  };
}

export function driftRow({ service, places, commits, since }: Drift, { timeZone }: View): Row {
  // A release whose tag was moved has the same version with another commit.
  const hasMoved = places.every(({ version }) => version === places[0]?.version);
  const named = places.map(({ environment, version, commit }, index) => {
    const release = hasMoved ? `${version} (${commit.slice(0, 7)})` : version;
    return `${environment}${index === 0 ? ' has' : ''} ${release}`;
  });
  return {
    glyph: '≠',
    color: 'Default',
    weight: 'Default',
    lead: cleanText(`${service}: ${named.join(', ')}`, longestLead),
    detail: `${commits ? `${plural(commits, 'commit')}, ` : ''}since ${dayAndMonth(since, timeZone)}`,
    action: `Show where ${service} runs`,
    verb: 'chat.run',
    id: `where ${service}`,
  };
}

/** Gavel couldn't read it, so it must not look empty. */
export function unknownRow(what: string): Row {
  return {
    ...glyphOf('unknown'),
    weight: 'Default',
    lead: `${capitalize(what)}: unknown`,
    detail: `Gavel couldn’t read the ${what}. Try again in a minute.`,
    action: `Show ${what}`,
    verb: 'chat.run',
    id: what,
  };
}

/** `today 11:32`, `yesterday 16:20` */
function describeSince(time: number, { now, timeZone }: View): string {
  const isToday = dayAndMonth(time, timeZone) === dayAndMonth(now, timeZone);
  return `${isToday ? 'today' : 'yesterday'} ${timeOfDay(time, timeZone)}`;
}
