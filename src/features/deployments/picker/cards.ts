import type { CardContent, Turn } from '../../../chat/contract';
import type { Commit } from '../../../connectors/contract';
import { bandState, statuses } from '../../../core/card';
import type { ApprovalRule, Catalog } from '../../../core/catalog';
import { ruleSentence, seatHolders, stagesOf } from '../../../core/catalog/rights';
import type { Target } from '../../../core/catalog/rights';
import { lookUp } from '../../../core/keys';
import { capitalize, cleanText, enumerate, plainText, plural } from '../../../core/text';
import { dayAndMonth, describeDuration, describeMoment, footerTime } from '../../../core/time/clock';
import type { FeatureDependencies } from '../../contract';
import type { HealthReport } from '../../health';
import type { Deployment } from '../contract';
import { labelOf } from '../store';
import { describeLostRelease } from '../text';
import { environmentsOf, outlookOf } from './facts';
import type { PickerView, Preview, ReleaseChoice } from './facts';

/** The card of the picker, with the part that says what the chosen release would change. Pure. */

const shownReleases = 12;
const shownCommits = 5;

type PickerContent = CardContent<'deployments/deploy-picker'>;

/** The one card of the picker, narrowed as far as the choice goes. */
export function pickerCard(view: PickerView): PickerContent {
  const { catalog, choice } = view;
  const title = titleFor(choice);
  const releases = view.list ? releaseChoices(view) : [];
  const parts = previewParts(view);
  const question = releases.length > 0 ? 'Show changes' : 'Show releases';
  return {
    card: 'deployments/deploy-picker',
    data: {
      id: view.id,
      kind: 'Deploy',
      state: bandState('draft'),
      title,
      summary: `Deploy picker: ${parts.previews.length > 0 ? `${choice.service} ${choice.release} to ${choice.environment}` : title}, nothing asked for yet`,
      sentence: [view.remark, sentenceOf(view)].filter(Boolean).join(' '),
      chosen: {
        service: choice.service ?? '',
        environment: choice.environment ?? '',
        release: choice.release ?? releases[0]?.value ?? '',
      },
      services: view.offers.map(({ service }) => ({ title: service, value: service })),
      environments: environmentsOf(view.offers, choice.service).map((each) => ({ title: each, value: each })),
      releases,
      fewReleases: releases.length > 0 && releases.length <= 5,
      manyReleases: releases.length > 5,
      question,
      ...parts,
      footer: footerFor(view.turn, view.now, catalog.timeZone),
    },
  };
}

/** `For you in Deployments · 14:31 CET · ref 4f2a91c0` */
export function footerFor({ place, reference }: Turn, now: number, timeZone: string): string {
  return `For you in ${plainText(place.name, 60)} · ${footerTime(now, timeZone)} · ref ${reference}`;
}

function titleFor({ service, environment }: ReleaseChoice): string {
  if (service && environment) return `${service} to ${environment}`;
  if (service) return `${service}, where to?`;
  return environment ? `To ${environment}` : 'What goes where?';
}

function sentenceOf(view: PickerView): string {
  const { catalog, choice, list, preview } = view;
  const nothing = '**Nothing is asked for yet.**';
  if (!choice.service || !choice.environment) return `${nothing} Choose a service and where it goes.`;
  if (list && list.releases.length === 0)
    return `${nothing} There are no releases of ${choice.service} to choose from.`;
  const rule = lookUp(catalog.environments, choice.environment)?.deploy;
  return preview && rule
    ? `${nothing} ${outlookOf(rule, preview).sentence}`
    : `${nothing} Choose a release and see what it changes.`;
}

function releaseChoices({ list, catalog, now, choice }: PickerView): { title: string; value: string }[] {
  if (!list) return [];
  const running = list.running?.version;
  const fit = list.releases.filter((release) => release.version !== running).slice(0, shownReleases);
  const chosen = list.releases.find((release) => release.version === choice.release);
  const shown = chosen && !fit.includes(chosen) ? [...fit, chosen] : fit;
  const runningSince = list.releases.find((release) => release.version === running)?.createdAt;
  return shown.map((release) => {
    const there = list.elsewhere.find(({ version }) => version === release.version);
    const last = list.recent.find(({ deployment }) => deployment.version === release.version)?.deployment.state;
    const remarks = [
      release.version === running && 'runs there now',
      (last === 'failed' || last === 'rolled back') && 'failed here',
      there && `in ${there.environment}`,
      runningSince !== undefined && release.createdAt < runningSince && 'older than now',
    ].filter(Boolean);
    return {
      title: [release.version, describeDay(release.createdAt, now, catalog.timeZone), ...remarks.slice(0, 1)].join(
        ', ',
      ),
      value: release.version,
    };
  });
}

/** `today 11:20` or `17 Nov`. */
function describeDay(time: number, now: number, timeZone: string): string {
  const moment = describeMoment(time, now, timeZone);
  return moment.includes(',') ? dayAndMonth(time, timeZone) : `today ${moment}`;
}

type PreviewBlock = PickerContent['data']['previews'][number];
type Note = PickerContent['data']['notes'][number];

/** Empty lists and words when nothing is previewed: the template leaves those parts out. */
function previewParts(view: PickerView): Pick<PickerContent['data'], 'previews' | 'notes' | 'button' | 'overrides'> {
  const { preview, choice, catalog, turn } = view;
  const environment = choice.environment === undefined ? undefined : lookUp(catalog.environments, choice.environment);
  if (!preview || !environment || !choice.service || !choice.environment)
    return { previews: [], notes: [], button: '', overrides: false };
  const { version, commit } = preview.release;
  const rule = environment.deploy;
  const target = { service: choice.service, environment: choice.environment };
  const running = preview.running?.version;
  const facts = [
    { title: 'Now', value: describeNow(preview.report, preview.running?.since, view.now, catalog.timeZone) },
    { title: 'Commit', value: commit.slice(0, 7) },
    ...elsewhereFact(view),
    { title: 'Rule', value: describeRuleBriefly(rule) },
    ...(rule.required > 0 ? [{ title: 'Who', value: nameApprovers(catalog, rule, target, turn.person.id) }] : []),
    { title: 'Risk', value: describeRisk(environment.risk, target.environment) },
    {
      title: 'After',
      value: describeVerification(environment.verifyForSeconds, environment.rollBackAutomatically, preview.noWayBack),
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
    commitsTitle: countCommits(preview),
    ...commitRows(preview.commits),
  };
  const asks = rule.required > 0 ? `Ask to deploy ${version}` : `Deploy ${version}`;
  const { canAsk, overrides } = outlookOf(rule, preview);
  return { previews: [block], notes: notesOf(view, preview), button: canAsk ? asks : '', overrides };
}

/** `● Healthy, 2.13.2 since 14 Nov, 10:02` */
export function describeNow(report: HealthReport, since: number | undefined, now: number, timeZone: string): string {
  if (!report.running) return 'Nothing runs there yet';
  const status = statuses[report.state];
  const from = since === undefined ? '' : ` since ${describeMoment(since, now, timeZone)}`;
  return `${status.glyph}\u00A0${status.word}, ${plainText(report.running.version, 40)}${from}`;
}

/** `5 commits by 3 people` */
export function countCommits({ commits, direction, running }: Preview): string {
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

function describeRisk(risk: string, environment: string): string {
  return `${capitalize(risk)}, as always in ${environment}`;
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
      text: `${capitalize(what)}. ${cure}`,
    });
  for (const { title, words, holds, required } of evidence)
    if (!holds) add(title, `${capitalize(words)}${required ? '; no approval counts without it' : ''}.`);
  if (onItsWay) add('Busy', `${labelOf(onItsWay)} with ${onItsWay.version} is on its way there (${onItsWay.state}).`);
  if (report.state === 'down' || report.state === 'degraded')
    add(statuses[report.state].word, 'That is how it is now, before anything is deployed.');
  if (failedBefore)
    add('Failed here', `${labelOf(failedBefore)} tried it ${describeWhen(failedBefore.requestedAt, now, catalog)}.`);
  if (direction === 'back') add('Older', 'This release is older than the one that runs there.');
  return notes;
}

function describeWhen(time: number, now: number, catalog: Catalog): string {
  const moment = describeMoment(time, now, catalog.timeZone);
  return moment.includes(',') ? `on ${moment}` : `at ${moment}`;
}

/** `1 approval from the role approver, not yours`, one fact long. */
export function describeRuleBriefly(rule: ApprovalRule): string {
  return plainText(ruleSentence(rule).replace('not from who asks', 'not yours'), 300);
}

/** The people whose approval counts first when `requesterId` asks, as words for a `TextBlock` or a fact. */
export function nameApprovers(catalog: Catalog, rule: ApprovalRule, target: Target, requesterId: string): string {
  if (lookUp(catalog.environments, target.environment)?.practice) return 'Gavel, for practice';
  const [first] = stagesOf(rule);
  const people = (first ? seatHolders(catalog, first, target) : []).filter(
    (person) => rule.requesterMayApprove || person.id !== requesterId,
  );
  const names = people.map((person) => plainText(person.name, 60));
  if (names.length === 0) return 'Nobody who can decide yet';
  const authors = rule.committersMayApprove === false ? ', but nobody who wrote part of it' : '';
  return `${enumerate(names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names, 'or')}${authors}`;
}

/** `Watched for 2 min, rolled back if unwell`, or why it could not be. */
function describeVerification(
  verifyForSeconds: number,
  rollBackAutomatically: boolean,
  noWayBack: Deployment['noWayBack'],
): string {
  const watched = `Watched for ${describeDuration(verifyForSeconds * 1000)}`;
  if (noWayBack) return plainText(`${watched}, but ${describeLostRelease(noWayBack)}`, 300);
  return rollBackAutomatically ? `${watched}, rolled back if unwell` : watched;
}

/** `cards/deployments/closed.json`: what is left of a picker that its owner closed. */
export function closedCard(
  { catalog, clock }: FeatureDependencies,
  turn: Turn,
  id: string,
  kind: 'deploy' | 'rollback',
): CardContent<'deployments/closed'> {
  const isDeploy = kind === 'deploy';
  return {
    card: 'deployments/closed',
    data: {
      id,
      kind: isDeploy ? 'Deploy' : 'Roll back',
      state: { ...bandState('cancelled'), word: 'Closed' },
      title: 'Nothing was asked for',
      summary: `${isDeploy ? 'Deploy picker' : 'Rollback'} closed: nothing was asked for`,
      sentence: 'You closed this card. Nothing has changed anywhere.',
      verb: isDeploy ? 'deployments.preview' : 'deployments.rollback-preview',
      footer: footerFor(turn, clock.now(), catalog().timeZone),
    },
  };
}
