import { lookUp } from '../../core/keys';
import { cleanText, webAddress } from '../../core/text';
import type { Severity } from '../../core/severity';

/** What labels and annotations say of an alert, by the names that everybody uses for them. Pure. */

type Words = Readonly<Record<string, string>>;

/** What alerts are recognized by: the name of the rule. */
export const nameLabel = 'alertname';

/** What people read of an alert. */
export interface AlertWords {
  readonly name: string;
  readonly severity: Severity;
  readonly summary: string;
  readonly runbook?: string;
}

export function wordsOfAlert(labels: Words, annotations: Words): AlertWords {
  const name = cleanText(lookUp(labels, nameLabel) ?? '', 200) || 'unnamed alert';
  const summary = firstOf(annotations, ['summary', 'message', 'description', 'title']);
  const runbook = webAddress(firstOf(annotations, ['runbook_url', 'runbook']));
  return {
    name,
    severity: severityOf(lookUp(labels, 'severity')),
    summary: cleanText(summary ?? '') || name,
    ...(runbook !== '' && { runbook }),
  };
}

const firstOf = (words: Words, names: readonly string[]): string | undefined =>
  names.map((name) => lookUp(words, name)).find((each) => each !== undefined && each.trim() !== '');

const severityWords: readonly (readonly [Severity, readonly string[]])[] = [
  ['critical', ['critical', 'crit', 'page', 'fatal', 'emergency', 'disaster', 'p1', 'p2', 'sev1', 'sev2']],
  ['warning', ['warning', 'warn', 'error', 'major', 'high', 'p3', 'sev3', 'ticket']],
  [
    'info',
    ['info', 'information', 'informational', 'notice', 'none', 'debug', 'low', 'minor', 'p4', 'p5', 'sev4', 'sev5'],
  ],
];

const severityByWord: ReadonlyMap<string, Severity> = new Map(
  severityWords.flatMap(([severity, words]) => words.map((word) => [word, severity] as const)),
);

/** A rule that doesn't say how bad it is must not be overlooked, and must not wake anybody. */
function severityOf(word: string | undefined): Severity {
  return severityByWord.get(word?.trim().toLowerCase() ?? '') ?? 'warning';
}
