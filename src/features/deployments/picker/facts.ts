import type { Turn } from '../../../chat/contract';
import type { Commit, Connector, Release, Running, SourceControl } from '../../../connectors/contract';
import type { ApprovalRule, Catalog } from '../../../core/catalog';
import { unknownName } from '../../../core/catalog/refusals';
import type { Target } from '../../../core/catalog/rights';
import { ConnectorError, UserError } from '../../../core/errors';
import { lookUp } from '../../../core/keys';
import type { ReleaseThere } from '../../../core/operations';
import { capitalize, enumerate, plainText } from '../../../core/text';
import type { EvidenceFact } from '../../approvals';
import type { HealthReport } from '../../health';
import type { Obstacle } from '../../policy';
import { lostWayBack, readEvidence } from '../checks';
import type { Deployment, FoundDeployment } from '../contract';
import { listOffers, narrow } from './store';
import type { Offer, PickerParts, ReleaseChoice } from './store';

/** Reads what a person has to know before asking for a change. */

interface ReleaseList {
  readonly releases: readonly Release[];
  readonly running: Running | undefined;
  /** The release that is live in each other environment of the service. */
  readonly elsewhere: readonly { readonly environment: string; readonly version: string }[];
  readonly recent: readonly FoundDeployment[];
}

export interface Preview {
  readonly release: Release;
  readonly running: Running | undefined;
  readonly report: HealthReport;
  readonly commits: readonly Commit[];
  readonly direction: 'forward' | 'back' | 'same';
  readonly onItsWay: Deployment | undefined;
  readonly failedBefore: Deployment | undefined;
  /** What stands in this person's way. */
  readonly obstacles: readonly Obstacle[];
  /** What the rule wants to hold before an approval counts, with whether it does. */
  readonly evidence: readonly EvidenceFact[];
  /** What is live can't be restored if this fails. */
  readonly noWayBack: Deployment['noWayBack'];
}

/** The picker as it is to be drawn for one person. */
export interface PickerView {
  readonly id: string;
  readonly turn: Turn;
  readonly now: number;
  readonly catalog: Catalog;
  readonly offers: readonly Offer[];
  readonly choice: ReleaseChoice;
  /** Shown first: why something is not as it was asked for. */
  readonly remark: string;
  readonly list: ReleaseList | undefined;
  readonly preview: Preview | undefined;
  /** What this person sees in full, and may ask for. */
  readonly shown: ReleaseThere | undefined;
}

/** Everything about what is wanted, read and checked anew. */
export async function readPicker(
  parts: PickerParts,
  turn: Turn,
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
  const preview = await readPreview(parts, turn, { ...place, release, kind: 'deploy' }, list);
  if (!preview) {
    const versions = list.releases.map(({ version }) => version);
    const remark = unknownName('release', release, versions, 'none is chosen yet', ` of ${service}`).message;
    return { ...view, ...nothing, list, choice: place, remark };
  }
  const { version, commit } = preview.release;
  return { ...view, list, preview, shown: runsAlready(preview) ? undefined : { ...place, release: version, commit } };
}

/** The releases there are, and where they run. */
async function readReleases({ deps, deployments }: PickerParts, place: Target): Promise<ReleaseList> {
  const { service, environment } = place;
  const connector = deps.connectorOf(service);
  const environments = lookUp(deps.catalog().services, service)?.environments ?? [];
  const others = environments.filter((each) => each !== environment);
  const [releases, running, recent, ...versions] = await Promise.all([
    sourceOf(connector, service).releases(service),
    connector.environments?.running(service, environment),
    deployments.recent({ ...place, limit: 20 }),
    ...others.map((each) => versionIn(connector, service, each)),
  ]);
  const elsewhere = others.flatMap((each, index) => {
    const version = versions[index];
    return version === undefined ? [] : [{ environment: each, version }];
  });
  return { releases, running, elsewhere, recent };
}

/** What choosing this release would mean; undefined when there is no such release. */
export async function readPreview(
  { deps, deployments, health, policy }: PickerParts,
  { person }: Turn,
  chosen: Target & { readonly release: string; readonly kind: 'deploy' | 'rollback' },
  list: Pick<ReleaseList, 'running' | 'recent'>,
): Promise<Preview | undefined> {
  const { service, environment, kind } = chosen;
  const place = { service, environment };
  const connector = deps.connectorOf(service);
  const source = sourceOf(connector, service);
  const release = await source.release(service, chosen.release);
  if (!release) return undefined;
  const { version, commit } = release;
  const { running } = list;
  const [report, { commits, direction }, current, obstacles, noWayBack] = await Promise.all([
    health.report(service, environment),
    changesBetween(source, service, running?.version, version).catch((error: unknown) => {
      // What runs may be older than anything source control remembers; that must not stop a deployment.
      if (!(error instanceof ConnectorError) || error.failure !== 'not found') throw error;
      return { commits: [], direction: 'forward' as const };
    }),
    deployments.current(place),
    policy.obstacles(place, kind, person),
    lostWayBack(deps, deployments, place, kind === 'deploy' ? running : undefined),
  ]);
  const changes = { commits, total: commits.length, direction };
  const asked = { ...place, kind, version, commit, reason: '', changes };
  const failed = list.recent.find(
    ({ deployment: { version: tried, state, rollbackId } }) =>
      tried === version && (state === 'failed' || state === 'rolled back' || rollbackId !== undefined),
  );
  return {
    ...{ release, running, report, commits, direction, obstacles, noWayBack },
    onItsWay: current?.deployment,
    failedBefore: failed?.deployment,
    evidence: await readEvidence({ deps, store: deployments, health }, asked, report),
  };
}

/** The commits that would come, or those that would get lost when it goes back. Rejects as source control does. */
export async function changesBetween(
  source: SourceControl,
  service: string,
  from: string | undefined,
  to: string,
): ReturnType<SourceControl['commitsBetween']> {
  const found = await source.commitsBetween(service, from, to);
  if (found.direction !== 'back' || from === undefined) return found;
  return { ...(await source.commitsBetween(service, to, from)), direction: 'back' };
}

function sourceOf({ sourceControl, name }: Connector, service: string): SourceControl {
  if (sourceControl) return sourceControl;
  throw new UserError(`${name} keeps no releases of ${service}, so there is nothing to choose from.`);
}

/** Only a remark beside a release: its absence must not stop the picker. */
async function versionIn(connector: Connector, service: string, environment: string): Promise<string | undefined> {
  try {
    return (await connector.environments?.running(service, environment))?.version;
  } catch {
    return undefined;
  }
}

/**
 * What would come of asking now, from the very rules that act on the click: the sentence, the button and the field for a reason can't
 * contradict each other.
 */
interface Outlook {
  /** For a TextBlock. */
  readonly sentence: string;
  /** Whether it can be asked for at all. */
  readonly canAsk: boolean;
  /** Whether that takes a reason, because a rule is overridden by it. */
  readonly overrides: boolean;
}

export function outlookOf(rule: ApprovalRule, preview: Preview): Outlook {
  const { obstacles, evidence, release } = preview;
  if (runsAlready(preview))
    return { sentence: 'That release is already live there. Choose another one.', canAsk: false, overrides: false };
  const barring = obstacles.filter(({ overridable }) => !overridable);
  if (barring.length > 0)
    return { sentence: `It can't be requested now: ${said(barring)}.`, canAsk: false, overrides: false };
  const lacking = evidence.filter(({ required, holds }) => required && !holds).map(({ words }) => words);
  const but = lacking.length === 0 ? '' : ` No approval counts yet: ${plainText(enumerate(lacking), 300)}.`;
  const then = `${describeStart(rule, preview)}${rule.required > 0 ? but : ''}`;
  if (obstacles.length === 0) return { sentence: then, canAsk: true, overrides: false };
  const sentence = `${capitalize(said(obstacles))}. You can ask for ${plainText(release.version, 60)} all the same, with a reason. ${then}`;
  return { sentence, canAsk: true, overrides: true };
}

function said(obstacles: Preview['obstacles']): string {
  return plainText(obstacles.map(({ what }) => what).join('; '), 600);
}

function describeStart({ required }: ApprovalRule, { onItsWay }: Preview): string {
  const first = onItsWay ? `, and when D-${onItsWay.number} has ended` : '';
  if (required > 0)
    return `It starts once ${required === 1 ? 'another person has' : `${required} people have`} approved${first}.`;
  return onItsWay
    ? `It starts when D-${onItsWay.number} has ended, without an approval.`
    : 'It starts as soon as you ask, without an approval.';
}

/** The very same release and commit serve there: there is nothing to ask for. */
function runsAlready({ release, running }: Pick<Preview, 'release' | 'running'>): boolean {
  return running?.version === release.version && running.commit === release.commit;
}
