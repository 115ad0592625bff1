import { enumerate, plainText } from '../../core/text';
import type { EventOutcome, Rule, Severity } from './contract';

/** A rule in words. */

/** `shop in production`, `everything in staging` */
export function describeRuleScope({ services, environments }: Rule): string {
  const what = services.length === 0 ? 'everything' : enumerate(services.map((each) => plainText(each, 40)));
  return environments.length === 0 ? what : `${what} in ${enumerate(environments.map((each) => plainText(each, 40)))}`;
}

const plurals: Readonly<Record<EventOutcome, string>> = {
  failure: 'failures',
  recovery: 'recoveries',
  success: 'successes',
  started: 'starts',
};

/** `failures and recoveries, branch main, critical only` */
export function describeRuleFilters({ outcomes, branches, severity }: Rule): string {
  const severities: Readonly<Record<Severity, string[]>> = {
    info: [],
    warning: ['warnings and worse'],
    critical: ['critical only'],
  };
  const branch = branches.length > 0 ? [`branch ${branches.map((each) => plainText(each, 60)).join(', ')}`] : [];
  return [enumerate(outcomes.map((each) => plurals[each])), ...branch, ...severities[severity]].join(', ');
}
