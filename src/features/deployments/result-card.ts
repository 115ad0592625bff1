import type { CardContent } from '../../chat/contract';
import type { HealthLimits } from '../../core/catalog';
import { cleanText, plainText, plural, webAddress } from '../../core/text';
import { describeDuration, describeMoment } from '../../core/time/words';
import { band, between, footer, peopleFacts } from './card-words';
import type { Fact, Seen } from './card-words';
import type { Deployment, HealthSnapshot } from './contract';
import { endWords } from './end-words';
import { titleOf } from './record';
import { linesOf } from './running-card';

/** `cards/deployments/deployment-result.json`: how a deployment ended, smaller than before. */

const shownLines = 5;

export interface ResultView extends Seen {
  readonly limits: HealthLimits | undefined;
  /** What putting back the release before would need, in a sentence; undefined when it is not offered. */
  readonly rollback: { readonly version: string; readonly rule: string; readonly asks: boolean } | undefined;
}

type ResultContent = CardContent<'deployments/deployment-result'>;

export function resultCard(id: string, deployment: Deployment, view: ResultView): ResultContent {
  const { service, environment, failure, state, run } = deployment;
  const showLog = run !== undefined && run.state === 'failed';
  const log = showLog ? linesOf(run, shownLines) : [];
  return {
    card: 'deployments/deployment-result',
    data: {
      id,
      target: `${service}/${environment}`,
      kind: 'Deployment',
      state: band(deployment),
      title: titleOf(deployment),
      summary: summaryOf(deployment),
      sentence: endWords(deployment),
      compare: comparison(deployment, view.limits),
      failure: { title: log.length > 0 ? `Why: ${plainText(failure?.reason ?? run?.reason ?? state, 200)}` : '', log },
      facts: facts(deployment, view),
      healthButton: deployment.runId === undefined ? '' : 'See health',
      viewer: { canRollBack: view.rollback !== undefined },
      rollback: rollbackForm(id, deployment, view.rollback),
      links: { title: `View run in ${cleanText(view.connector, 30)}`, run: webAddress(run?.url) },
      footer: footer(deployment, view),
    },
  };
}

function summaryOf(deployment: Deployment): string {
  const { service, version, environment, state, replaces } = deployment;
  if (state === 'succeeded') return `${service} ${version} runs in ${environment}, verified`;
  if (state === 'rolled back')
    return `${service} ${version} failed in ${environment} and was rolled back to ${replaces?.version ?? 'the release before'}`;
  return `${titleOf(deployment)}: ${state}`;
}

function facts(deployment: Deployment, view: ResultView): Fact[] {
  const { run, verifyUntil, ended, changes, commit, rollback, state } = deployment;
  const took = between(run?.startedAt, run?.endedAt);
  const watched = verifyUntil !== undefined && took !== '' && run?.endedAt !== undefined && ended;
  const all: Fact[] = [
    ...peopleFacts(deployment, view),
    { title: 'Ended', value: ended ? describeMoment(ended.at, view.now, view.timeZone) : '' },
    {
      title: 'Took',
      value: watched ? `${took}, and ${describeDuration(watchedMs(deployment))} to verify` : took,
    },
    {
      title: 'Changed',
      value: state === 'succeeded' ? `${plural(changes.total, 'commit')}, ${plainText(commit.slice(0, 7))}` : '',
    },
    { title: 'Rollback', value: rollback ? `D-${rollback.number}, ${rollback.state}` : '' },
  ];
  return all.filter((fact) => fact.value !== '');
}

function watchedMs({ run, failure, ended }: Deployment): number {
  const until = failure?.at ?? ended?.at ?? 0;
  return Math.max(0, until - (run?.endedAt ?? until));
}

type Row = ResultContent['data']['compare']['rows'][number];

function comparison(deployment: Deployment, limits: HealthLimits | undefined): ResultContent['data']['compare'] {
  const { before, after, version, replaces, state } = deployment;
  const shown = after !== undefined && limits !== undefined && (state === 'succeeded' || deployment.failure);
  return {
    title: shown ? `Over ${describeDuration(watchedMs(deployment))}` : '',
    before: cleanText(replaces?.version ?? 'before', 20),
    after: cleanText(version, 20),
    limit: 'Limit',
    rows: shown ? rows(before, after, limits) : [],
  };
}

function rows(before: HealthSnapshot | undefined, after: HealthSnapshot, limits: HealthLimits): Row[] {
  const ms = (value: number): string => `${Math.round(value)}\u00A0ms`;
  const percent = (value: number): string => `${rounded(value)}\u00A0%`;
  const rate = (value: number): string => `${rounded(value)}/s`;
  const minimum = limits.minimumRequestsPerSecond;
  const all = [
    row('p95', before?.p95Ms, after.p95Ms, ms, ms(limits.p95Ms), (value) => value <= limits.p95Ms),
    row(
      'Errors',
      before?.errorPercent,
      after.errorPercent,
      percent,
      percent(limits.errorPercent),
      (value) => value <= limits.errorPercent || after.loneFailure === true,
    ),
    row(
      'Traffic',
      before?.requestsPerSecond,
      after.requestsPerSecond,
      rate,
      `≥\u00A0${rate(minimum)}`,
      (value) => value >= minimum,
    ),
  ];
  const rank = (each: Row): number => ['✕', '?', '✓'].indexOf(each.glyph);
  return [...all].sort((one, other) => rank(one) - rank(other));
}

function row(
  name: string,
  before: number | undefined,
  after: number | undefined,
  words: (value: number) => string,
  limit: string,
  within: (value: number) => boolean,
): Row {
  const mark =
    after === undefined
      ? { glyph: '?', color: 'Default' }
      : within(after)
        ? { glyph: '✓', color: 'Good' }
        : { glyph: '✕', color: 'Attention' };
  const say = (value: number | undefined): string => (value === undefined ? '–' : words(value));
  return { name, before: say(before), after: say(after), limit, ...mark };
}

function rounded(value: number): string {
  return value >= 10 ? String(Math.round(value)) : String(Math.round(value * 10) / 10);
}

function rollbackForm(
  id: string,
  { service, environment }: Deployment,
  rollback: ResultView['rollback'],
): ResultContent['data']['rollback'] {
  if (!rollback) return { title: '', effect: '', button: '', id: '' };
  const version = cleanText(rollback.version, 40);
  return {
    title: `Roll back to ${version}…`,
    effect: `Puts ${service} ${plainText(version)} back in ${environment}. ${rollback.rule}`,
    button: rollback.asks ? `Ask to roll back to ${version}` : `Roll back to ${version}`,
    id: `${id}/${rollback.version}`,
  };
}
