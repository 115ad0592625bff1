import { lookUp } from '../../core/look-up';
import { outcomes, severities } from './contract';
import type { HappeningOutcome, Rule, Severity } from './contract';
import { usualOutcomes } from './rules';

/** What stands behind `subscribe shop production`: `on failure,recovery branch main severity critical`. Pure. */

export type Filters = Pick<Rule, 'outcomes' | 'branches' | 'severity'>;

const said: Readonly<Record<string, readonly HappeningOutcome[]>> = {
  failure: ['failure'],
  failures: ['failure'],
  failed: ['failure'],
  recovery: ['recovery'],
  recoveries: ['recovery'],
  recovered: ['recovery'],
  success: ['success'],
  successes: ['success'],
  succeeded: ['success'],
  start: ['started'],
  starts: ['started'],
  started: ['started'],
  everything: outcomes,
  all: outcomes,
};

/** The filters, or the word that none of them is. */
export function readFilters(text: string): Filters | { readonly unread: string } {
  const words = text
    .replace(/\s*,\s*/g, ',')
    .split(/\s+/)
    .filter((word) => word !== '' && !/^(on|and|or|only)$/i.test(word));
  const chosen = new Set<HappeningOutcome>();
  const branches: string[] = [];
  let severity: Severity = 'info';
  for (let index = 0; index < words.length; index++) {
    const word = (words[index] ?? '').toLowerCase();
    const value = words[index + 1];
    if (/^branch(es)?$/.test(word) && value !== undefined) {
      branches.push(...value.split(',').filter((each) => each !== ''));
      index++;
      continue;
    }
    if (word === 'severity' && value !== undefined) {
      const found = severities.find((each) => each === value.toLowerCase());
      if (!found) return { unread: value };
      severity = found;
      index++;
      continue;
    }
    for (const part of word.split(',').filter((each) => each !== '')) {
      const meant = lookUp(said, part);
      if (!meant) return { unread: part };
      for (const outcome of meant) chosen.add(outcome);
    }
  }
  const inOrder = outcomes.filter((each) => chosen.has(each));
  return { outcomes: inOrder.length > 0 ? inOrder : usualOutcomes, branches: branches.slice(0, 10), severity };
}
