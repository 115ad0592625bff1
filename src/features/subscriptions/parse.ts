import { uncounted } from '../../core/text';
import type { CountStep } from '../../core/text';
import { readClock } from '../../core/time/typed/clock';
import { lineOf } from '../../core/time/typed/line';
import type { Unread } from '../../core/time/typed/moment';
import { outcomes } from './contract';
import { severities } from '../../core/severity';
import type { Digest, EventOutcome, Rule } from './contract';
import type { Severity } from '../../core/severity';
import { usualOutcomes } from './record';

/** What follows `subscribe shop production` (`on failure,recovery branch main severity critical`) and what follows `digest`. Pure. */

type Filters = Pick<Rule, 'outcomes' | 'branches' | 'severity'>;

const outcomesByWord: readonly (readonly [form: RegExp, meant: readonly EventOutcome[]])[] = [
  [/^(failures?|failed)$/, ['failure']],
  [/^recover(y|ies|ed)$/, ['recovery']],
  [/^(success(es)?|succeeded)$/, ['success']],
  [/^start(s|ed)?$/, ['started']],
  [/^alerts?$/, ['alert', 'resolved']],
  [/^(everything|all)$/, outcomes],
];

/** The filters, or the first word that isn't one. */
export function readFilters(text: string, count: CountStep = uncounted): Filters | { readonly unread: string } {
  const words = joinAtCommas(text, count);
  const chosen = new Set<EventOutcome>();
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
      const named = severities.find((each) => each === part);
      if (named) {
        severity = named;
        continue;
      }
      const [, meant] = outcomesByWord.find(([form]) => form.test(part)) ?? [];
      if (!meant) return { unread: part };
      for (const outcome of meant) chosen.add(outcome);
    }
  }
  const inOrder = outcomes.filter((each) => chosen.has(each));
  return { outcomes: inOrder.length > 0 ? inOrder : usualOutcomes, branches: branches.slice(0, 10), severity };
}

/** Without filler words; words joined by commas are one. */
function joinAtCommas(text: string, count: CountStep): string[] {
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

const usualHour = 9;
const hourMs = 3_600_000;
const digestsByWord = new Map<string, Digest>([
  ['daily', 'daily'],
  ['weekly', 'weekly'],
  ['off', 'none'],
  ['none', 'none'],
]);

/** The digest and its hour, 0 to 23, or why the words aren't one. */
export function readDigest(
  text: string,
  count?: CountStep,
): { readonly digest: Digest; readonly hour: number } | Unread {
  const line = lineOf(text, count);
  const digest = digestsByWord.get(line.wordAt(0));
  if (!digest) return { problem: 'I can’t read that as a digest' };
  if (line.words.length === 1) return { digest, hour: usualHour };
  const read = readClock(line, line.wordAt(1) === 'at' ? 2 : 1);
  if (!read || read.next < line.words.length) return { problem: 'I can’t tell when the digest should come' };
  if (read.value.ms % hourMs !== 0 || read.value.zone !== undefined)
    return {
      problem: 'Digests come on the hour, in the time zone set here',
      fix: 'For example, type `digest daily at 9`.',
    };
  return { digest, hour: (read.value.ms / hourMs) % 24 };
}
