import { enumerate, plainText } from '../../core/text';
import { severities } from './contract';
import type { Happening, HappeningOutcome, Rule, Severity } from './contract';

/** Which happenings a rule lets through, and a rule in words. Pure. */

/** What is told unless somebody says otherwise. */
export const usualOutcomes: readonly HappeningOutcome[] = ['failure', 'recovery'];

const anyOr = (list: readonly string[], one: string): boolean => list.length === 0 || list.includes(one);

export function matches(rule: Rule, happening: Happening): boolean {
  return (
    anyOr(rule.services, happening.service) &&
    anyOr(rule.environments, happening.environment) &&
    (rule.branches.length === 0 || (happening.branch !== undefined && rule.branches.includes(happening.branch))) &&
    rule.outcomes.includes(happening.outcome) &&
    severities.indexOf(happening.severity) >= severities.indexOf(rule.severity)
  );
}

/** `shop in production`, `everything in staging` */
export function ruleScope({ services, environments }: Rule): string {
  const what = services.length === 0 ? 'everything' : enumerate(services.map((each) => plainText(each, 40)));
  return environments.length === 0 ? what : `${what} in ${enumerate(environments.map((each) => plainText(each, 40)))}`;
}

const plurals: Readonly<Record<HappeningOutcome, string>> = {
  failure: 'failures',
  recovery: 'recoveries',
  success: 'successes',
  started: 'starts',
};

/** `failures and recoveries, branch main, critical only` */
export function ruleFilters({ outcomes, branches, severity }: Rule): string {
  const of: Readonly<Record<Severity, string[]>> = {
    info: [],
    warning: ['warnings and worse'],
    critical: ['critical only'],
  };
  const branch = branches.length > 0 ? [`branch ${branches.map((each) => plainText(each, 60)).join(', ')}`] : [];
  return [enumerate(outcomes.map((each) => plurals[each])), ...branch, ...of[severity]].join(', ');
}
