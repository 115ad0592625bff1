import { bandState } from '../../core/card/status';
import type { StatusName } from '../../core/card/status';
import { enumerate, plainText } from '../../core/text';
import { describeDuration, footerTime, describeMoment } from '../../core/time/words';
import { capital } from '../policy';
import type { Deployment, DeploymentState } from './contract';
import { labelOf } from './record';

/** Words and facts that the cards of a deployment share. */

export interface Seen {
  readonly now: number;
  readonly timeZone: string;
  /** The name of the connector, as people know it. */
  readonly connector: string;
}

export interface Fact {
  readonly title: string;
  readonly value: string;
}

/** The band's word for each state. */
export function stateName(state: DeploymentState): StatusName {
  return state === 'requested' || state === 'awaiting approval' ? 'waiting' : state;
}

/** A deployment that is being put back is neither running nor over. */
export function band(
  deployment: Deployment,
): ReturnType<typeof bandState> | { glyph: string; word: string; tone: string } {
  if (isPuttingBack(deployment)) return { ...bandState('rolled back'), word: 'Rolling back' };
  return bandState(stateName(deployment.state));
}

export function isPuttingBack({ rollbackId, state }: Deployment): boolean {
  return rollbackId !== undefined && (state === 'running' || state === 'verifying');
}

/** Who asked, who approved, why. */
export function peopleFacts(deployment: Deployment, { now, timeZone }: Seen): Fact[] {
  const { requester, requestedAt, approvedBy, approvedAt, reason, override } = deployment;
  const approved = deployment.emergency
    ? 'Nobody: an emergency, to be reviewed'
    : approvedBy.length > 0
      ? enumerate(approvedBy.map((person) => plainText(person.name, 80)))
      : approvedAt === undefined
        ? ''
        : 'Not needed here';
  return [
    { title: 'Asked', value: `${plainText(requester.name, 80)}, ${describeMoment(requestedAt, now, timeZone)}` },
    ...(approved === '' ? [] : [{ title: 'Approved', value: approved }]),
    ...(reason === '' ? [] : [{ title: 'Why', value: plainText(reason, 300) }]),
    ...(override ? [{ title: 'In spite', value: overrideWords(override) }] : []),
  ];
}

/** What it was asked for in spite of, and why. */
export function overrideWords({ by, reason, what }: NonNullable<Deployment['override']>): string {
  return plainText(`${capital(what)}. ${by.name}: ${reason}`, 900);
}

export function footer(deployment: Deployment, { now, timeZone, connector }: Seen): string {
  const name = plainText(connector, 40);
  const source = deployment.runId === undefined ? name : `${name} run ${plainText(deployment.runId.slice(0, 8))}`;
  return `${labelOf(deployment)} · ${source} · ${footerTime(now, timeZone)} · ref\u00A0${referenceOf(deployment)}`;
}

/** Ties what people see to the log. */
export function referenceOf({ correlationId }: Deployment): string {
  return correlationId.replace(/[^0-9a-z]/gi, '').slice(0, 8);
}

/** `31 s`; empty when it is not known. */
export function between(from: number | undefined, to: number | undefined): string {
  return from === undefined || to === undefined ? '' : describeDuration(to - from);
}

export function watchMs({ verifyUntil, stateSince }: Deployment): number {
  return Math.max(0, (verifyUntil ?? stateSince) - stateSince);
}
