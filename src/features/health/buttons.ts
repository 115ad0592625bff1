import type { Catalog } from '../../core/catalog';
import { lookUp } from '../../core/look-up';
import { may } from '../../core/catalog/rights';
import { plural } from '../../core/text';
import type { HealthState } from './contract';
import type { ServiceTarget } from './target';

export interface HarmfulButton {
  /** What the click names: the target, and the release of a rollback, so that an old card never puts back another. */
  readonly id: string;
  readonly title: string;
  /** What will happen, shown before the reason is asked. */
  readonly effect: string;
  readonly button: string;
}

/** Which buttons a health card shows: at most three in the row, the rest below More. */
export interface HealthButtons {
  readonly rollbackFirst: boolean;
  readonly refreshFirst: boolean;
  readonly restart: boolean;
  /** Row without More: who may only look. */
  readonly plain: boolean;
  readonly more: boolean;
  readonly refreshInMore: boolean;
  readonly rollbackInMore: boolean;
  readonly rollbackForm: HarmfulButton;
  readonly restartForm: HarmfulButton;
}

export interface ButtonFacts {
  readonly target: ServiceTarget;
  readonly state: HealthState;
  readonly running: string | undefined;
  /** The release that a rollback would put back. */
  readonly rollbackTo: string | undefined;
  readonly canRestart: boolean;
  /** Undefined: nobody in particular, so nothing that needs a right. */
  readonly viewer: string | undefined;
}

/** Rolling back stands first only where it is the remedy. */
export function healthButtons(catalog: Catalog, facts: ButtonFacts): HealthButtons {
  const { target, viewer } = facts;
  const holds = (right: 'deploy' | 'operate'): boolean => viewer !== undefined && may(catalog, viewer, right, target);
  const rollback = facts.rollbackTo !== undefined && holds('deploy');
  const restart = facts.running !== undefined && facts.canRestart && holds('operate');
  const trouble = facts.state === 'degraded' || facts.state === 'down';
  const more = rollback || restart;
  return {
    rollbackFirst: rollback && trouble,
    refreshFirst: !(rollback && trouble),
    restart,
    plain: !more,
    more,
    refreshInMore: rollback && trouble,
    rollbackInMore: rollback && !trouble,
    rollbackForm: rollbackForm(catalog, target, facts.rollbackTo ?? ''),
    restartForm: restartForm(catalog, target, facts.running ?? ''),
  };
}

function rollbackForm(catalog: Catalog, { service, environment }: ServiceTarget, version: string): HarmfulButton {
  const rule = lookUp(catalog.environments, environment)?.rollback;
  return {
    id: `${service}/${environment}/${version}`,
    title: `Roll back to ${version}…`,
    effect: `Puts ${service}\u00A0${version} back in ${environment}. ${approvalWords(rule)}`,
    button: rule && rule.required > 0 ? `Ask to roll back to ${version}` : `Roll back to ${version}`,
  };
}

function restartForm(catalog: Catalog, { service, environment }: ServiceTarget, version: string): HarmfulButton {
  const rule = lookUp(catalog.environments, environment)?.restart;
  return {
    id: `${service}/${environment}`,
    title: 'Restart…',
    effect: `${restartEffect({ service, environment }, version)} ${approvalWords(rule)}`,
    button: rule && rule.required > 0 ? `Ask to restart ${service}` : `Restart ${service}`,
  };
}

/** What a restart does. */
export function restartEffect({ service, environment }: ServiceTarget, version: string): string {
  return `Stops ${service} in ${environment} and starts ${version} again; it does not answer meanwhile.`;
}

/** `Needs 1 approval by an approver.` */
export function approvalWords(rule: { readonly required: number; readonly role: string } | undefined): string {
  if (!rule || rule.required === 0) return 'It needs no approval.';
  const people = rule.required === 1 ? `${/^[aeiou]/.test(rule.role) ? 'an' : 'a'} ${rule.role}` : 'different people';
  return `It needs ${plural(rule.required, 'approval')} by ${people}${rule.required === 1 ? '' : ` (role ${rule.role})`}.`;
}
