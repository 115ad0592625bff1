import { uncounted } from '../../core/text/steps';
import type { CountStep } from '../../core/text/steps';
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
export function readFilters(text: string, count: CountStep = uncounted): Filters | { readonly unread: string } {
  const words = wordsOf(text, count);
  const chosen = new Set<HappeningOutcome>();
  const branches: string[] = [];
  let severity: Severity = 'info';
  for (let index = 0; index < words.length; index++) {
    count();
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
      count();
      const meant = lookUp(said, part);
      if (!meant) return { unread: part };
      for (const outcome of meant) chosen.add(outcome);
    }
  }
  const inOrder = outcomes.filter((each) => chosen.has(each));
  return { outcomes: inOrder.length > 0 ? inOrder : usualOutcomes, branches: branches.slice(0, 10), severity };
}

/** Without the words between; what commas join is one word. */
function wordsOf(text: string, count: CountStep): string[] {
  const joined: string[][] = [];
  for (const word of text.split(/\s+/)) {
    count();
    if (word === '' || /^(?:on|and|or|only)$/i.test(word)) continue;
    const last = joined.at(-1);
    if (last && (word.startsWith(',') || last.at(-1)?.endsWith(','))) last.push(word);
    else joined.push([word]);
  }
  return joined.map((parts) => parts.join(''));
}
