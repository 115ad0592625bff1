import type { Commit } from '../../../connectors/contract';
import type { Catalog } from '../../../core/catalog';
import { lookUp } from '../../../core/look-up';
import { statuses } from '../../../core/card/status';
import { cleanText, enumerate, plainText, plural } from '../../../core/text';
import { describeMoment } from '../../../core/time/words';
import { approverNames, ruleWords, verificationWords } from './rule-words';
import { outlookOf } from './outlook';
import type { Preview } from './preview';
import type { PickerView } from './picker-card';
import type { HealthReport } from '../../health';
import { capital } from '../../policy';

/** The part of the picker that says what the chosen release would change. */

const shownCommits = 5;

interface Note {
  readonly glyph: string;
  readonly color: string;
  readonly word: string;
  readonly text: string;
}

interface PreviewBlock {
  readonly title: string;
  readonly facts: readonly { readonly title: string; readonly value: string }[];
  readonly commitsTitle: string;
  readonly commits: readonly { readonly commit: string; readonly message: string; readonly author: string }[];
  readonly commitsMore: string;
}

interface PreviewParts {
  readonly previews: readonly PreviewBlock[];
  readonly notes: readonly Note[];
  readonly button: string;
  /** Whether the button needs a reason, because a rule is overridden by it. */
  readonly overrides: boolean;
}

/** Empty lists and words when nothing is previewed: the template leaves those parts out. */
export function previewParts(view: PickerView): PreviewParts {
  const { preview, choice, catalog, turn } = view;
  const environment = choice.environment === undefined ? undefined : lookUp(catalog.environments, choice.environment);
  if (!preview || !environment || !choice.service || !choice.environment)
    return { previews: [], notes: [], button: '', overrides: false };
  const { version, commit } = preview.release;
  const rule = environment.deploy;
  const target = { service: choice.service, environment: choice.environment };
  const running = preview.running?.version;
  const facts = [
    { title: 'Now', value: nowWords(preview.report, preview.running?.since, view.now, catalog.timeZone) },
    { title: 'Commit', value: commit.slice(0, 7) },
    ...elsewhereFact(view),
    { title: 'Rule', value: ruleWords(rule) },
    ...(rule.required > 0 ? [{ title: 'Who', value: approverNames(catalog, rule, target, turn.person.id) }] : []),
    { title: 'Risk', value: riskWords(environment.risk, target.environment) },
    {
      title: 'After',
      value: verificationWords(environment.verifyForSeconds, environment.rollBackAutomatically, preview.noWayBack),
    },
  ];
  const block: PreviewBlock = {
    title:
      running === undefined
        ? `${plainText(version, 60)} would be the first there`
        : running === version
          ? `${plainText(version, 60)} runs there already`
          : `${plainText(version, 60)} would replace ${plainText(running, 60)}`,
    facts,
    commitsTitle: commitsTitle(preview),
    ...commitRows(preview.commits),
  };
  const asks = rule.required > 0 ? `Ask to deploy ${version}` : `Deploy ${version}`;
  const { canAsk, overrides } = outlookOf(rule, preview);
  return { previews: [block], notes: notesOf(view, preview), button: canAsk ? asks : '', overrides };
}

/** `● Healthy, 2.13.2 since 14 Nov, 10:02` */
export function nowWords(report: HealthReport, since: number | undefined, now: number, timeZone: string): string {
  if (!report.running) return 'Nothing runs there yet';
  const status = statuses[report.state];
  const from = since === undefined ? '' : ` since ${describeMoment(since, now, timeZone)}`;
  return `${status.glyph}\u00A0${status.word}, ${report.running.version}${from}`;
}

/** `5 commits by 3 people` */
export function commitsTitle({ commits, direction, running }: Preview): string {
  if (direction === 'same') return 'No commits between the two';
  if (commits.length === 0) return 'No commits are known';
  const people = new Set(commits.map((commit) => commit.author)).size;
  const words = `${plural(commits.length, 'commit')} by ${plural(people, 'person', 'people')}`;
  if (direction === 'back') return `Takes back ${words}`;
  return running ? words : `${words}, all of it`;
}

/** At most five rows of raw outside text for `TextRun`s, and how many more there are. */
export function commitRows(commits: readonly Commit[]): Pick<PreviewBlock, 'commits' | 'commitsMore'> {
  const more = commits.length - shownCommits;
  return {
    commits: commits.slice(0, shownCommits).map((commit) => ({
      commit: cleanText(commit.id, 40).slice(0, 7),
      message: cleanText(commit.message, 100),
      author: cleanText(commit.author, 40),
    })),
    commitsMore: more > 0 ? `and ${more} more` : '',
  };
}

function riskWords(risk: string, environment: string): string {
  return `${risk[0]?.toUpperCase()}${risk.slice(1)}, as always in ${environment}`;
}

function elsewhereFact({ list, choice }: PickerView): { title: string; value: string }[] {
  const there = (list?.elsewhere ?? []).filter(({ version }) => version === choice.release);
  if (there.length === 0) return [];
  return [{ title: 'Also in', value: enumerate(there.map(({ environment }) => environment)) }];
}

function notesOf({ catalog, now }: PickerView, preview: Preview): Note[] {
  const { onItsWay, failedBefore, direction, report, obstacles, evidence } = preview;
  const notes: Note[] = [];
  const add = (word: string, text: string, color = 'Warning'): void =>
    void notes.push({ glyph: '!', color, word, text });
  for (const { rule, what, cure } of obstacles)
    notes.push({
      glyph: rule === 'freeze' ? '❅' : '▣',
      color: 'Warning',
      word: rule === 'freeze' ? 'Frozen' : 'Locked',
      text: `${capital(what)}. ${cure}`,
    });
  for (const { title, words, holds, required } of evidence)
    if (!holds) add(title, `${capital(words)}${required ? '; no approval counts without it' : ''}.`);
  if (onItsWay) add('Busy', `D-${onItsWay.number} with ${onItsWay.version} is on its way there (${onItsWay.state}).`);
  if (report.state === 'down' || report.state === 'degraded')
    add(statuses[report.state].word, 'That is how it is now, before anything is deployed.');
  if (failedBefore)
    add('Failed here', `D-${failedBefore.number} tried it ${whenWords(failedBefore.requestedAt, now, catalog)}.`);
  if (direction === 'back') add('Older', 'This release is older than the one that runs there.');
  return notes;
}

function whenWords(time: number, now: number, catalog: Catalog): string {
  const moment = describeMoment(time, now, catalog.timeZone);
  return moment.includes(',') ? `on ${moment}` : `at ${moment}`;
}
