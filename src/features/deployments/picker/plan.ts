import { ruleSentence } from '../../../core/catalog/rights';
import type { CatalogEnvironment } from '../../../core/catalog';
import { describeDuration } from '../../../core/time/clock';
import type { Deployment } from '../contract';
import { describeLostRelease } from '../text';

/** What a deployment would do, step by step, in words. Pure. */

interface PlanFacts {
  readonly kind: 'deploy' | 'rollback';
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  /** The release that is live there; undefined: none. */
  readonly running: string | undefined;
  readonly rules: CatalogEnvironment;
  /** Who runs it. */
  readonly connector: string;
  /** What is live is gone, so it can't be restored. */
  readonly noWayBack: Deployment['noWayBack'];
  /** Rules that stand in the way now, in words. */
  readonly obstacles: readonly string[];
}

/** One line for each step; outside words in it are to be escaped. */
export function planOf(facts: PlanFacts): string[] {
  const { kind, service, environment, version, running, rules, connector, noWayBack, obstacles } = facts;
  const rule = rules[kind];
  const from = running === undefined ? 'where nothing serves yet' : `in place of ${running}`;
  return [
    ...obstacles.map((what) => `It does not begin: ${what}.`),
    rule.required === 0
      ? 'Nobody has to approve.'
      : `${ruleSentence(rule)}, within ${describeDuration(rule.expiresAfterSeconds * 1000)}.`,
    `${connector} brings ${version} of ${service} to ${environment}, ${from}, within ${describeDuration(rules.runLimitSeconds * 1000)}.`,
    `The service is watched for ${describeDuration(rules.verifyForSeconds * 1000)} against its limits.`,
    noWayBack
      ? `If verification fails, people are told and decide: ${describeLostRelease(noWayBack)}.`
      : running === undefined || !rules.rollBackAutomatically || kind === 'rollback'
        ? 'If verification fails, people are told and decide.'
        : `If verification fails, Gavel rolls back to ${running}.`,
  ];
}
