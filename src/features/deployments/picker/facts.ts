import type { Person, Turn } from '../../../chat/contract';
import type { Commit, Release, Running, Source } from '../../../connectors/contract';
import { statuses } from '../../../core/card';
import type { ApprovalRule, Catalog } from '../../../core/catalog';
import { lacksRight, unknownName } from '../../../core/catalog/refusals';
import { may } from '../../../core/catalog/rights';
import type { Reach, Target } from '../../../core/catalog/rights';
import { ConnectorError, UserError } from '../../../core/errors';
import { lookUp } from '../../../core/keys';
import { secondApprovalMark } from '../../../core/operations';
import type { ReleaseThere } from '../../../core/release-acts';
import { cleanText, enumerate, plainText } from '../../../core/text';
import type { Collection } from '../../../store/contract';
import type { Announcements } from '../../announcements';
import type { Approvals, EvidenceFact } from '../../approvals';
import type { FeatureDependencies } from '../../contract';
import type { HealthReport, HealthReports } from '../../health';
import type { Obstacle, Policy } from '../../policy';
import { changesBetween, lostWayBack, readEvidence } from '../checks';
import type { Deployment, Deployments } from '../contract';
import { quoted } from '../text';
import type { Picker } from './commands';
import type { BlockedCards } from './workflow';

/** What a person has to know before requesting a change: what is available, what it would change, and what the request would lead to. */

/** The choice so far; every value was checked against the catalog. */
export interface ReleaseChoice extends Reach {
  readonly release?: string;
  /** Why, if they have said so: raw text. */
  readonly reason?: string;
}

/** What every part of the picker needs. */
export interface PickerParts {
  readonly deps: FeatureDependencies;
  readonly deployments: Deployments;
  readonly health: HealthReports;
  readonly pickers: Collection<Picker>;
  readonly announcements?: Pick<Announcements, 'placeOf'>;
  readonly policy: Policy;
  readonly approvals: Pick<Approvals, 'whoCouldApprove'>;
  readonly blocked: BlockedCards;
}

interface Offer {
  readonly service: string;
  readonly environments: readonly string[];
}

/** Services with the environments that this person can deploy them to, in catalog order; refuses a person who can't deploy anything. */
export function listOffers(catalog: Catalog, personId: string): Offer[] {
  const offers = Object.entries(catalog.services)
    .map(([service, { environments }]) => ({
      service,
      environments: environments.filter((environment) => may(catalog, personId, 'deploy', { service, environment })),
    }))
    .filter(({ environments }) => environments.length > 0);
  if (offers.length === 0) throw lacksRight(catalog, { right: 'deploy', act: 'deploy anything', nothing: '' });
  return offers;
}

/** The environments to choose from: those of the chosen service, or else all that are available. */
export function environmentsOf(offers: readonly Offer[], service: string | undefined): string[] {
  const open = offers.filter((offer) => service === undefined || offer.service === service);
  return [...new Set(open.flatMap((offer) => offer.environments))];
}

/** Keeps the wanted values that are available; the connector checks the release later. `dropped` says what wasn't kept. */
function narrow(offers: readonly Offer[], wanted: ReleaseChoice): { choice: ReleaseChoice; dropped: string } {
  const offer = offers.find((each) => each.service === wanted.service) ?? (offers.length === 1 ? offers[0] : undefined);
  const service = offer?.service;
  const open = environmentsOf(offers, service);
  const isOpen = wanted.environment !== undefined && open.includes(wanted.environment);
  const environment = isOpen ? wanted.environment : open.length === 1 ? open[0] : undefined;
  const release = service !== undefined && service === wanted.service ? wanted.release : undefined;
  const choice = { service, environment, release, reason: wanted.reason };
  const dropped =
    service !== undefined && wanted.environment !== undefined && environment !== wanted.environment
      ? `You can’t deploy ${service} to ${quoted(wanted.environment)}.`
      : '';
  return { choice, dropped };
}

export interface Preview {
  readonly release: Release;
  readonly running: Running | undefined;
  readonly report: HealthReport;
  readonly commits: readonly Commit[];
  readonly direction: 'forward' | 'back' | 'same';
  readonly onItsWay: Deployment | undefined;
  readonly failedBefore: Deployment | undefined;
  /** The rules in this person's way. */
  readonly obstacles: readonly Obstacle[];
  /** The evidence that the rule asks about, and whether it holds. */
  readonly evidence: readonly EvidenceFact[];
  /** Who could approve it if this person requested it; empty if nobody can, or nobody has to. */
  readonly approvers: readonly Person[];
  /** Gavel approves it for practice there. */
  readonly isPractice: boolean;
  /** The catalog holds the request itself until a second person approves it. */
  readonly needsSecondApproval: boolean;
  /** The live release can't be restored if this one fails. */
  readonly noWayBack: Deployment['noWayBack'];
}

/** The person that a picker is drawn for, and where. */
export type Asker = Pick<Turn, 'person' | 'reference'>;

/** What one person's picker shows. */
export interface PickerView {
  readonly id: string;
  readonly turn: Asker;
  readonly now: number;
  readonly catalog: Catalog;
  readonly offers: readonly Offer[];
  readonly choice: ReleaseChoice;
  /** Shown first: why something isn't as requested. */
  readonly remark: string;
  readonly list: ReleaseList | undefined;
  readonly preview: Preview | undefined;
  /** What this person sees completely and can request. */
  readonly shown: ReleaseThere | undefined;
}

/** Everything about the choice, read and checked again. */
export async function readPicker(
  parts: PickerParts,
  turn: Asker,
  id: string,
  wanted: ReleaseChoice,
): Promise<PickerView> {
  const catalog = parts.deps.catalog();
  const offers = listOffers(catalog, turn.person.id);
  const { choice, dropped } = narrow(offers, wanted);
  const { service, environment, release } = choice;
  const view = { id, turn, now: parts.deps.clock.now(), catalog, offers, choice, remark: dropped };
  const nothing = { list: undefined, preview: undefined, shown: undefined };
  if (service === undefined || environment === undefined) return { ...view, ...nothing };
  const place = { service, environment };
  const list = await readReleases(parts, place);
  if (release === undefined) return { ...view, ...nothing, list };
  const chosen = { ...place, release, kind: 'deploy', reason: wanted.reason } as const;
  const preview = await readPreview(parts, turn, chosen, list);
  if (!preview) {
    const versions = list.releases.map(({ version }) => version);
    const remark = unknownName('release', release, versions, 'choose another release', ` of ${service}`).message;
    return { ...view, ...nothing, list, choice: { ...place, reason: wanted.reason }, remark };
  }
  const { version, commit } = preview.release;
  return { ...view, list, preview, shown: runsAlready(preview) ? undefined : { ...place, release: version, commit } };
}

type ReleaseList = Awaited<ReturnType<typeof readReleases>>;

/** The releases of the service, and which are live: in this environment, and `elsewhere` in the others. */
async function readReleases({ deps, deployments }: PickerParts, place: Target) {
  const { service, environment } = place;
  const { systems } = deps;
  const environments = lookUp(deps.catalog().services, service)?.environments ?? [];
  const others = environments.filter((each) => each !== environment);
  const [releases, running, recent, ...there] = await Promise.all([
    sourceOf(deps, service).releases(),
    systems.running(service, environment)?.read(),
    deployments.recent({ ...place, limit: 20 }),
    // Only a remark next to a release: the picker works without it.
    ...others.map(async (each) =>
      systems
        .running(service, each)
        ?.read()
        .catch(() => undefined),
    ),
  ]);
  const elsewhere = others.flatMap((each, index) => {
    const version = there[index]?.version;
    return version === undefined ? [] : [{ environment: each, version }];
  });
  return { releases, running, elsewhere, recent };
}

/** What choosing this release would mean; undefined if there is no such release. */
export async function readPreview(
  { deps, deployments, health, policy, approvals }: PickerParts,
  { person }: Pick<Turn, 'person'>,
  chosen: Target & Required<Pick<ReleaseChoice, 'release'>> & Pick<Picker, 'kind'> & Pick<ReleaseChoice, 'reason'>,
  { running, recent }: Pick<ReleaseList, 'running' | 'recent'>,
): Promise<Preview | undefined> {
  const { service, environment, kind, reason = '' } = chosen;
  const place = { service, environment };
  const source = sourceOf(deps, service);
  const release = await source.release(chosen.release);
  if (!release) return undefined;
  const { version, commit } = release;
  const [report, { commits, direction, authors }, current, obstacles, noWayBack] = await Promise.all([
    health.report(service, environment),
    changesBetween(source, running?.version, version).catch((error: unknown) => {
      // The live release can be older than source control remembers; that must not prevent a deployment.
      if (!(error instanceof ConnectorError) || error.failure !== 'not found') throw error;
      return { commits: [], direction: 'forward' as const, authors: undefined };
    }),
    deployments.current(place),
    policy.obstacles(place, kind, person),
    lostWayBack(deps, deployments, place, kind === 'deploy' ? running : undefined),
  ]);
  const changes = { commits, total: commits.length, direction };
  const asked = { ...place, kind, version, commit, reason, changes };
  const failed = recent.find(
    ({ deployment: { version: tried, state, rollbackId } }) =>
      tried === version && (state === 'failed' || state === 'rolled back' || rollbackId !== undefined),
  );
  const catalog = deps.catalog();
  const rule = lookUp(catalog.environments, environment)?.[kind];
  const request = rule && { target: place, requester: person, rule, ...(authors && { authors }) };
  return {
    ...{ release, running, report, commits, direction, obstacles, noWayBack },
    approvers: request && rule.required > 0 ? await approvals.whoCouldApprove(request) : [],
    isPractice: lookUp(catalog.environments, environment)?.practice === true,
    needsSecondApproval: secondApprovalMark(catalog, [{ operation: kind, reach: place }]) !== undefined,
    onItsWay: current?.deployment,
    failedBefore: failed?.deployment,
    evidence: await readEvidence({ deps, store: deployments, health }, asked, report),
  };
}

export function sourceOf({ systems }: Pick<FeatureDependencies, 'systems'>, service: string): Source {
  const source = systems.source(service);
  if (source) return source;
  throw new UserError(
    `No connection lists the releases of ${service}, so there’s nothing to choose from. An admin can add a connection to the catalog.`,
  );
}

/** The same release and commit are already live there, so there is nothing to request. */
function runsAlready({ release, running }: Pick<Preview, 'release' | 'running'>): boolean {
  return running?.version === release.version && running.commit === release.commit;
}

/**
 * What a request would lead to now, in sentences, from the same rules that the click applies: so the sentence, the button and the field for a reason can't
 * contradict each other. `canAsk`: it can be requested at all; `overrides`: that needs a reason, because it overrides a rule. Pure.
 */
export function outlookOf(rule: ApprovalRule, preview: Preview, act: string, kind: Deployment['kind'] = 'deploy') {
  const { obstacles, evidence, release } = preview;
  const refused = (sentence: string) => ({ sentence, canAsk: false, overrides: false });
  if (runsAlready(preview)) return refused(`${nothingYet} That release is already live. Choose another one.`);
  const barring = obstacles.filter(({ overridable }) => !overridable);
  if (barring.length > 0) return refused(`**You can’t ${plainText(act, 200)} now.** ${describeWayOut(barring)}`);
  const lacking = evidence.filter(({ required, holds }) => required && !holds).map(({ words }) => words);
  const but = lacking.length === 0 ? '' : ` Approvals given now won’t count: ${plainText(enumerate(lacking), 300)}.`;
  const then = `${describeStart(rule, preview, kind === 'rollback' ? 'rollback' : 'deployment')}${rule.required > 0 ? but : ''}`;
  if (obstacles.length === 0) return { sentence: `${nothingYet} ${then}`, canAsk: true, overrides: false };
  const sentence = `${nothingYet} You can override the ${obstacles.length === 1 ? 'freeze' : 'freezes'} with a reason and request ${plainText(release.version, 60)} anyway. ${then}`;
  return { sentence, canAsk: true, overrides: true };
}

export const nothingYet = '**Nothing has been requested yet.**';

function describeWayOut(barring: Preview['obstacles']): string {
  if (barring.some(({ rule }) => rule === 'freeze'))
    return `You can request it once ${barring.length === 1 ? 'the freeze ends' : 'nothing blocks it'}.`;
  return barring.some(({ getInLine }) => getInLine !== undefined)
    ? 'Get in line, and Gavel will tell you when it’s your turn.'
    : 'Gavel will tell you when it’s your turn.';
}

/** The obstacles for the top of a card: raw text for `TextRun`s, and the line that gets this person in line for a lock, or else empty. */
export function blocksOf({ obstacles }: Pick<Preview, 'obstacles'>) {
  return {
    blocks: obstacles.map(({ rule, detail, cure, getInLine }) => {
      const { glyph, word, color } = statuses[rule === 'lock' ? 'locked' : 'frozen'];
      return { glyph, color, word, text: getInLine === undefined ? `${detail}. ${cure}` : `${detail}.` };
    }),
    getInLine: obstacles.find(({ getInLine }) => getInLine !== undefined)?.getInLine ?? '',
  };
}

function describeStart(
  { required }: ApprovalRule,
  { onItsWay, needsSecondApproval, isPractice }: Preview,
  what: 'rollback' | 'deployment',
): string {
  const first = onItsWay ? `, and when D-${onItsWay.number} finishes` : '';
  const others = required === 1 ? 'another person approves it' : `${required} people approve it`;
  const start = `starts once ${isPractice ? 'Gavel approves it' : others}${first}.`;
  if (needsSecondApproval)
    return `The ${what} will be requested once a second person approves it${required > 0 ? `. Then it ${start}` : `${first}.`}`;
  if (required > 0) return isPractice ? `This is practice: the ${what} ${start}` : `The ${what} ${start}`;
  return onItsWay
    ? `Once requested, the ${what} starts when D-${onItsWay.number} finishes. No approval is needed.`
    : `Once requested, the ${what} starts right away. No approval is needed.`;
}

const longestInButton = 14;

/** `Deploy 2.14.0`, or `Deploy release` where the name of the release is too long for a button. */
export function releaseButton(verb: string, version: string): string {
  return `${verb} ${version.length <= longestInButton ? cleanText(version) : 'release'}`;
}
