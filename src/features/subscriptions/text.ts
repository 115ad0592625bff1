import { enumerate, plainText } from '../../core/text';
import type { EventOutcome, Rule, Severity } from './contract';

/** A rule in words, for Markdown unless told how outside text is shown. */

/** `shop in production`, `everything in staging` */
export function describeRuleScope({ services, environments }: Rule, shown = plainText): string {
  const what = services.length === 0 ? 'everything' : enumerate(services.map((each) => shown(each, 40)));
  return environments.length === 0 ? what : `${what} in ${enumerate(environments.map((each) => shown(each, 40)))}`;
}

const plurals: Readonly<Record<EventOutcome, string>> = {
  failure: 'failures',
  recovery: 'recoveries',
  success: 'successes',
  started: 'starts',
};

/** `failures and recoveries, branch main, critical only` */
export function describeRuleFilters({ outcomes, branches, severity }: Rule, shown = plainText): string {
  const severities: Readonly<Record<Severity, string[]>> = {
    info: [],
    warning: ['warnings and worse'],
    critical: ['critical only'],
  };
  const branch = branches.length > 0 ? [`branch ${branches.map((each) => shown(each, 60)).join(', ')}`] : [];
  return [enumerate(outcomes.map((each) => plurals[each])), ...branch, ...severities[severity]].join(', ');
}
