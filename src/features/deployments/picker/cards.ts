import type { CardContent, Turn } from '../../../chat/contract';
import type { Commit, Release } from '../../../connectors/contract';
import { bandState, statuses } from '../../../core/card';
import type { ApprovalRule, CatalogEnvironment } from '../../../core/catalog';
import { ruleSentence } from '../../../core/catalog/rights';
import { lookUp } from '../../../core/keys';
import { capitalize, cleanText, enumerate, enumerateFew, linkTo, plainText, plural } from '../../../core/text';
import { dayInYear, describeDuration, describeMoment, footerTime } from '../../../core/time/clock';
import { evidenceFact, passedEvidence } from '../../approvals';
import type { FeatureDependencies } from '../../contract';
import type { HealthReport } from '../../health';
import { healthTitle } from '../checks';
import type { Deployment } from '../contract';
import { labelOf, pageFor } from '../store';
import { describeLostRelease, describeOnItsWay } from '../text';
import type { Picker } from './commands';
import { blocksOf, environmentsOf, nothingYet, outlookOf, releaseButton } from './facts';
import type { Asker, PickerView, Preview, ReleaseChoice } from './facts';

/** The card of the picker, including what the chosen release would change. Pure. */

const [shownReleases, shownCommits] = [12, 5];

type PickerContent = CardContent<'deployments/deploy-picker'>;

/** The topic of a picker's cards. */
export const pickerTopic = (id: string): string => `picker:${id}`;

/** The one card of the picker, as far as the choice goes. */
export function pickerCard(view: PickerView): PickerContent & { readonly about: string } {
  const { catalog, choice } = view;
  const title = titleFor(choice);
  const releases = view.list ? releaseChoices(view) : [];
  const parts = previewParts(view);
  const wanted = parts.previews.length > 0 ? `${choice.service} ${choice.release} to ${choice.environment}` : title;
  return {
    about: pickerTopic(view.id),
    card: 'deployments/deploy-picker',
    data: {
      id: view.id,
      kind: 'Deploy',
      state: bandState('draft'),
      title,
      summary: `Deploy picker: ${wanted}, nothing requested yet`,
      sentence: sentenceOf(view),
      chosen: {
        service: choice.service ?? '',
        environment: choice.environment ?? '',
        release: choice.release ?? likelyRelease(view),
      },
      services: view.offers.map(({ service }) => ({ title: service, value: service })),
      environments: environmentsOf(view.offers, choice.service).map((each) => ({ title: each, value: each })),
      releases,
      ...{ fewReleases: releases.length > 0 && releases.length <= 5, manyReleases: releases.length > 5 },
      question: releases.length > 0 ? 'Show changes' : 'Show releases',
      ...parts,
      ...{ takesReason: parts.button !== '' && !parts.overrides, reason: cleanText(choice.reason ?? '', 300) },
      footer: footerFor(view.turn, view.now, catalog.timeZone),
    },
  };
}

/** `Opened by Dana Developer · 14:31 CET · ref 4f2a91c0`: for everybody in the channel. */
export function footerFor({ person, reference }: Asker, now: number, timeZone: string): string {
  return `Opened by ${plainText(person.name, 60)} · ${footerTime(now, timeZone)} · ref\u00A0${reference}`;
}

function titleFor({ service, environment }: ReleaseChoice): string {
  if (service && environment) return `${service} to ${environment}`;
  if (service) return `Where should ${service} go?`;
  return environment ? `What would you like to deploy to ${environment}?` : 'What would you like to deploy?';
}

/** That nothing has been requested comes first, then what Gavel has to say about what was typed. */
function sentenceOf(view: PickerView): string {
  const said = describeChoice(view);
  const [lead, rest] = said.startsWith(nothingYet) ? [nothingYet, said.slice(nothingYet.length)] : ['', said];
  return [lead, view.remark, rest.trim()].filter(Boolean).join(' ');
}

function describeChoice({ catalog, choice, list, preview, remark }: PickerView): string {
  if (!choice.service || !choice.environment) return `${nothingYet} Choose a service and an environment.`;
  if (list?.releases.length === 0) return `${nothingYet} There are no releases of ${choice.service} to choose from.`;
  const rule = lookUp(catalog.environments, choice.environment)?.deploy;
  return preview && rule
    ? outlookOf(rule, preview, describeAct(choice)).sentence
    : `${nothingYet}${remark === '' ? ' Choose a release to see what it changes.' : ''}`;
}

/** `deploy shop 2.14.0 to production`: raw. */
function describeAct({ service, release, environment }: ReleaseChoice): string {
  return `deploy ${service} ${release} to ${environment}`;
}

/** The newest releases and the live one, each with the most useful fact about it: `2.13.2 · Nov 14 · live now`. */
function releaseChoices({ list, catalog, now, choice }: PickerView): { title: string; value: string }[] {
  if (!list) return [];
  const { releases, running, elsewhere, recent } = list;
  const live = releases.find(({ version }) => version === running?.version);
  const isKept = ({ version }: Release): boolean => version === live?.version || version === choice.release;
  const shown = releases.filter((release, index) => index < shownReleases || isKept(release));
  return shown.map(({ version, createdAt }) => {
    const remarks = [
      version === live?.version && 'live now',
      hasFailed(recent, version) && 'failed here',
      elsewhere.filter((there) => there.version === version).map(({ environment }) => `live in ${environment}`)[0],
      live && createdAt < live.createdAt && 'older than live',
    ].filter(Boolean);
    return {
      title: [version, describeDay(createdAt, now, catalog.timeZone), ...remarks.slice(0, 1)].join(' · '),
      value: version,
    };
  });
}

/** The release that a person most likely wants: newer than the live one, live somewhere else, and not failed here. Empty: they choose. */
function likelyRelease({ list }: PickerView): string {
  if (!list) return '';
  const { releases, running, elsewhere, recent } = list;
  const live = releases.findIndex(({ version }) => version === running?.version);
  const newer = live === -1 ? releases : releases.slice(0, live);
  const isProven = ({ version }: Release): boolean => elsewhere.some((there) => there.version === version);
  return newer.find((release) => isProven(release) && !hasFailed(recent, release.version))?.version ?? '';
}

/** Whether its last deployment there failed. */
function hasFailed(recent: NonNullable<PickerView['list']>['recent'], wanted: string): boolean {
  const last = recent.find(({ deployment: { version } }) => version === wanted)?.deployment.state;
  return last === 'failed' || last === 'rolled back';
}

/** `today 11:20`, `Nov 17`, or `Nov 17, 2025` if it isn't this year. */
function describeDay(time: number, now: number, timeZone: string): string {
  const moment = describeMoment(time, now, timeZone);
  return moment.includes(',') ? dayInYear(time, now, timeZone) : `today ${moment}`;
}

type PreviewBlock = PickerContent['data']['previews'][number];
type Note = PickerContent['data']['notes'][number];

/** Empty lists and texts if nothing is previewed: the template omits those parts. */
function previewParts(
  view: PickerView,
): Pick<PickerContent['data'], 'blocks' | 'getInLine' | 'previews' | 'notes' | 'button' | 'overrides'> {
  const { preview, choice, catalog, list, now } = view;
  const { service, environment } = choice;
  const rules = environment === undefined ? undefined : lookUp(catalog.environments, environment);
  if (!preview || !rules || !service || !environment)
    return { blocks: [], getInLine: '', previews: [], notes: [], button: '', overrides: false };
  const { release, report, noWayBack, running: { version: running } = {} } = preview;
  const rule = rules.deploy;
  const pageTo: PageTo = (commit) => pageFor(catalog, service, 'commit', commit);
  const elsewhere = (list?.elsewhere ?? []).filter(({ version }) => version === choice.release);
  const facts = [
    { title: healthTitle, value: describeNow(report, preview.running?.since, now, catalog.timeZone) },
    { title: 'Commit', value: linkTo(pageTo(release.commit), plainText(release.commit.slice(0, 7))) },
    { title: 'Also\u00A0live\u00A0in', value: enumerate(elsewhere.map((each) => each.environment)) },
    ...approvalFacts(rule, preview),
    ...passedEvidence(preview.evidence, healthTitle).map(evidenceFact),
    { title: 'Risk', value: capitalize(rules.risk) },
    { title: 'Verification', value: describeVerification(rules, noWayBack) },
  ];
  const replaced =
    running === undefined ? 'would be the first release there' : `would replace ${plainText(running, 60)}`;
  const block = {
    title: `${plainText(release.version, 60)} ${running === release.version ? 'is already live there' : replaced}`,
    facts: facts.filter(({ value }) => value !== ''),
    commitsTitle: countCommits(preview),
    ...commitRows(preview.direction === 'same' ? [] : preview.commits, pageTo),
  };
  const { canAsk, overrides } = outlookOf(rule, preview, describeAct(choice));
  const button = releaseButton(rule.required > 0 ? 'Request' : 'Deploy', release.version);
  const rest = { previews: [block], notes: notesOf(view, preview), button: canAsk ? button : '', overrides };
  return { ...blocksOf(preview), ...rest };
}

/** `● Healthy, 2.13.2 since Nov 14, 10:02` */
export function describeNow(report: HealthReport, since: number | undefined, now: number, timeZone: string): string {
  const { live } = report;
  if (live.found !== 'release') return live.found === 'none' ? 'Nothing is live there yet' : 'Couldn’t be read';
  const status = statuses[report.state];
  const from = since === undefined ? '' : ` since ${describeMoment(since, now, timeZone)}`;
  return `${status.glyph}\u00A0${status.word}, ${plainText(live.running.version, 40)}${from}`;
}

/** `5 commits by 3 people` */
export function countCommits({ commits, direction, running }: Preview): string {
  if (direction === 'same') return '';
  if (commits.length === 0) return 'No commits are known';
  const people = new Set(commits.map((commit) => commit.author)).size;
  const words = `${plural(commits.length, 'commit')} by ${plural(people, 'person', 'people')}`;
  if (direction === 'back') return `Removes ${words}`;
  return running ? words : `${words} (the whole history)`;
}

type PageTo = (commit: string) => string;

/** At most five rows of raw outside text for `TextRun`s, and how many more there are. */
export function commitRows(commits: readonly Commit[], pageTo: PageTo): Pick<PreviewBlock, 'commits' | 'commitsMore'> {
  const more = commits.length - shownCommits;
  return {
    commits: commits.slice(0, shownCommits).map((commit) => ({
      ...{ commit: cleanText(commit.id, 40).slice(0, 7), page: pageTo(commit.id) },
      message: cleanText(commit.message, 100),
      author: cleanText(commit.author, 40),
    })),
    commitsMore: more > 0 ? `and ${more} more` : '',
  };
}

function notesOf({ catalog, now, choice }: PickerView, preview: Preview): Note[] {
  const { onItsWay, failedBefore, direction, report, evidence } = preview;
  const note = (word: string, text: string): Note => ({ glyph: '!', color: 'Warning', word, text });
  const tried = failedBefore && describeMoment(failedBefore.requestedAt, now, catalog.timeZone);
  const isNamed = evidence.some(({ title, holds }) => title === healthTitle && !holds);
  const trouble = (report.state === 'down' || report.state === 'degraded') && !isNamed && statuses[report.state].word;
  return [
    ...evidence.map(
      ({ title, words, holds, required }) =>
        !holds && note(title, `${capitalize(words)}${required ? '; approvals don’t count until this is fixed' : ''}.`),
    ),
    onItsWay && note('In progress', describeOnItsWay(onItsWay)),
    trouble && note(trouble, `${choice.service} is already ${trouble.toLowerCase()} before you deploy.`),
    failedBefore &&
      tried &&
      note('Failed here', `${labelOf(failedBefore)} tried it ${tried.includes(',') ? 'on' : 'at'} ${tried}.`),
    direction === 'back' && note('Older', 'The live release has commits that this one doesn’t.'),
  ].flatMap((each) => each || []);
}

/** The rule for the requester, and who could approve it then, as facts of a card. */
export function approvalFacts(
  rule: ApprovalRule,
  { approvers, isPractice, needsSecondApproval }: Pick<Preview, 'approvers' | 'isPractice' | 'needsSecondApproval'>,
) {
  const second = needsSecondApproval ? 'A second person, before it’s requested' : '';
  if (rule.required === 0) return [{ title: 'Approval', value: second || 'Not needed' }];
  const also = second === '' ? [] : [{ title: 'Also\u00A0needed', value: second }];
  if (isPractice) return [{ title: 'Approval', value: 'By Gavel, for practice' }, ...also];
  return [
    { title: 'Approval', value: plainText(ruleSentence(rule, 'you'), 300) },
    { title: 'Can\u00A0approve', value: nameApprovers(approvers) },
    ...also,
  ];
}

/** The people who can approve it, for a `TextBlock` or a fact. */
export function nameApprovers(approvers: Preview['approvers']): string {
  const names = approvers.map((person) => plainText(person.name, 60));
  return names.length === 0 ? 'Nobody yet' : enumerateFew(names, 'or');
}

/** `Verified for 2 min, rolled back if unhealthy`, or why it couldn't be. */
function describeVerification(rules: CatalogEnvironment, noWayBack: Deployment['noWayBack']): string {
  const verified = `Verified for ${describeDuration(rules.verifyForSeconds * 1000)}`;
  if (noWayBack) return plainText(`${verified}, but ${describeLostRelease(noWayBack)}`, 300);
  return rules.rollBackAutomatically ? `${verified}, rolled back if unhealthy` : verified;
}

/** How a picker ended without a request: its owner closed it, its hour passed, or its release went live there anyway. */
export type PickerEnd = 'closed' | 'expired' | 'superseded';

/** `cards/deployments/closed.json`: what is left of a picker that ended so. Without its record nobody knows anymore what kind it was. */
export function closedCard(
  { catalog, clock }: FeatureDependencies,
  turn: Pick<Turn, 'person' | 'reference'>,
  { id, end, picker }: { readonly id: string; readonly end: PickerEnd; readonly picker: Picker | undefined },
): CardContent<'deployments/closed'> & { readonly about: string } {
  const { kind, shown } = picker ?? {};
  const { name, title, verb } = pickerWords[kind ?? 'unknown'];
  const sentences: Record<PickerEnd, string> = {
    closed: `${plainText(turn.person.name, 60)} closed this card. Nothing was changed.`,
    expired: `This card expired after an hour. Type \`${kind ?? 'deploy'}\` to start again.`,
    superseded: `${plainText(shown?.release ?? '', 60)} is already live in ${shown?.environment}.`,
  };
  const now = clock.now();
  const { timeZone } = catalog();
  return {
    about: pickerTopic(id),
    card: 'deployments/closed',
    data: {
      id,
      kind: title,
      state: end === 'closed' ? { ...bandState('cancelled'), word: 'Closed' } : bandState(end),
      title: 'Nothing was requested',
      summary: `${name} ${end}: nothing was requested`,
      sentence: sentences[end],
      verb: end === 'closed' ? verb : '',
      footer:
        end === 'closed' ? footerFor(turn, now, timeZone) : `${footerTime(now, timeZone)} · ref ${turn.reference}`,
    },
  };
}

const pickerWords = {
  deploy: { name: 'Deploy picker', title: 'Deploy', verb: 'deployments.preview' },
  rollback: { name: 'Rollback', title: 'Roll back', verb: 'deployments.rollback-preview' },
  unknown: { name: 'Request', title: 'Request', verb: '' },
};
