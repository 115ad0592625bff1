import type { Source } from '../../connectors/contract';
import { statuses } from '../../core/card';
import type { ApprovalRule, Catalog, CatalogEnvironment } from '../../core/catalog';
import { ruleSentence } from '../../core/catalog/rights';
import type { Target } from '../../core/catalog/rights';
import { lookUp } from '../../core/keys';
import { capitalize, cleanText, enumerate, linkTo, plainText, plural } from '../../core/text';
import { describeDuration, describeMoment } from '../../core/time/clock';
import type { ApprovalSubject, EvidenceFact } from '../approvals';
import type { FeatureDependencies } from '../contract';
import type { HealthReport, HealthReports } from '../health';
import { lostGround } from '../policy';
import { readTestEvidence } from '../tests';
import type { Deployment, Deployments, EvidenceSources, ReleaseName } from './contract';
import { describeDeployment, describeReason, isAutomatic, isFinal, labelOf, pageFor } from './store';
import type { DeploymentStore } from './store';
import { describeLostRelease, describeOverride } from './text';

/** Whether a deployment that was requested earlier can still take effect, and its evidence under the current rule. */

/** The rule that applies now; undefined: its environment is gone. */
export function ruleNow(catalog: Catalog, { environment, kind }: Pick<Deployment, 'environment' | 'kind'>) {
  return lookUp(catalog.environments, environment)?.[kind];
}

/** Why the catalog no longer allows it: a complete sentence of outside text; undefined while it does. Pure. */
export function lostInCatalog(catalog: Catalog, deployment: Deployment): string | undefined {
  const { service, environment, requester, emergency } = deployment;
  const target = { service, environment };
  // Restoring the previous release needs nobody's permission, only a place to restore it in.
  if (isAutomatic(deployment))
    return lookUp(catalog.services, service)?.environments.includes(environment)
      ? undefined
      : `${service} no longer runs in ${environment}.`;
  const role = lookUp(catalog.environments, environment)?.breakGlass ?? 'admin';
  const lost = lostGround(catalog, { target, requester, needs: { right: 'deploy' } });
  return lost ?? (emergency ? lostGround(catalog, { target, requester, needs: { role } }) : undefined);
}

/** The same, and whether its release still exists with the requested commit. Rejects if source control can't be called. */
export async function lostBy(deps: FeatureDependencies, deployment: Deployment): Promise<string | undefined> {
  const lost = lostInCatalog(deps.catalog(), deployment);
  if (lost !== undefined) return lost;
  const { service, version, commit } = deployment;
  const source = deps.systems.source(service);
  if (!source) return undefined;
  const release = await source.release(version);
  if (!release) return `Release ${version} of ${service} no longer exists.`;
  return release.commit === commit
    ? undefined
    : `${version} now points to commit ${release.commit.slice(0, 7)}, but the request was for ${commit.slice(0, 7)}.`;
}

/** Why a deployment that started without an approval needs one now: a complete sentence of outside text. Pure. */
export function needsApproval(catalog: Catalog, deployment: Deployment): string | undefined {
  if (isAutomatic(deployment) || deployment.emergency || deployment.approvedBy.length > 0) return undefined;
  const rule = ruleNow(catalog, deployment);
  if (!rule) return ruleIsGone(deployment);
  return rule.required === 0
    ? undefined
    : `The approval rule has changed since the deployment was requested: ${ruleSentence(rule)}.`;
}

export function ruleIsGone({ environment }: Pick<Deployment, 'environment'>): string {
  return `The approval rule for ${environment} is no longer in the catalog.`;
}

const ticketTitle = 'Ticket';
const ticket = /\b[A-Z][A-Z0-9]{1,9}-\d{1,7}\b|#\d{1,7}\b/;

/** The title of the fact about the current health, whether or not it is evidence. */
export const healthTitle = 'Health\u00A0now';

/** All evidence that the rule asks about, and whether it holds now. `verified`: this commit was verified in the environment that the rule names. */
export function evidenceOf(
  rule: ApprovalRule['evidence'],
  { version, reason, changes }: Pick<Deployment, 'version' | 'reason' | 'changes'>,
  { report, verified }: { readonly report: HealthReport; readonly verified: boolean },
): EvidenceFact[] {
  if (!rule) return [];
  const { health, verifiedIn } = rule;
  const texts = [reason, ...changes.commits.map(({ message }) => message)];
  const trouble = report.trouble === '' ? '' : ` (${report.trouble})`;
  const named = texts.map((text) => ticket.exec(text)?.[0]).find((found) => found !== undefined);
  const facts = [
    {
      title: healthTitle,
      holds: report.state === 'healthy',
      words: `${report.state === 'unknown' ? 'its health is unknown' : `the service is ${report.state}`}${trouble}`,
      is: health,
    },
    {
      title: 'Verified',
      holds: verified,
      words: `${version} ${verified ? 'was ' : 'wasn’t '}verified in ${verifiedIn?.environment}`,
      is: verifiedIn?.is,
    },
    {
      title: ticketTitle,
      holds: named !== undefined,
      words: named ?? 'the reason and the commits name no ticket, such as SHOP-123',
      is: rule.ticket,
    },
  ];
  return facts.flatMap(({ is, ...fact }) => (is === undefined ? [] : [{ ...fact, required: is === 'required' }]));
}

/** The evidence that the environment's rule asks about, read now. Rejects if it can't be read. */
export async function readEvidence(
  { deps, store, health }: EvidenceSources,
  deployment: Pick<Deployment, 'kind' | 'service' | 'environment' | 'version' | 'commit' | 'reason' | 'changes'>,
  report?: HealthReport,
): Promise<EvidenceFact[]> {
  const { service, environment, commit } = deployment;
  const catalog = deps.catalog();
  const rule = ruleNow(catalog, deployment)?.evidence;
  if (!rule) return [];
  const where = rule.verifiedIn?.environment;
  const verified = where !== undefined && (await store.wasVerified(service, where, commit));
  const facts = evidenceOf(rule, deployment, {
    report: report ?? (await health.report(service, environment)),
    verified,
  });
  const tested = rule.tests ? await readTestEvidence(deps, rule.tests, deployment) : [];
  const pageOf = ({ words }: EvidenceFact): string => pageFor(catalog, service, 'ticket', words);
  const shown = facts.map((fact) =>
    fact.title === ticketTitle && fact.holds ? { ...fact, page: pageOf(fact) } : fact,
  );
  return [...shown, ...tested];
}

/**
 * Why a deployment that is otherwise free to start can't, because of required evidence: a complete sentence of outside text; undefined while all of it holds.
 * Emergencies and automatic rollbacks skip this. Pure.
 */
export function lostEvidence(deployment: Deployment, evidence: readonly EvidenceFact[]): string | undefined {
  if (deployment.emergency || isAutomatic(deployment)) return undefined;
  const lacking = evidence.filter(({ required, holds }) => required && !holds).map(({ words }) => words);
  if (lacking.length === 0) return undefined;
  return `The requirements for ${deployment.environment} were no longer met when the deployment was about to start: ${enumerate(lacking)}.`;
}

/**
 * The release that a failure would restore, if it is gone, with the one to restore instead: looked up, never taken only from the catalog. Undefined while it
 * still exists, and if nothing is restored.
 */
export async function lostWayBack(
  deps: Pick<FeatureDependencies, 'catalog' | 'systems'>,
  { rollbackTarget }: Pick<Deployments, 'rollbackTarget'>,
  { service, environment }: Target,
  release: ReleaseName | undefined,
): Promise<Deployment['noWayBack']> {
  if (!release || !lookUp(deps.catalog().environments, environment)?.rollBackAutomatically) return undefined;
  const source = deps.systems.source(service);
  if (!source || (await source.release(release.version))?.commit === release.commit) return undefined;
  const next = (await rollbackTarget(service, environment))?.version;
  return { version: release.version, ...(next !== undefined && { next }) };
}

/** The commits that would come, or those that would get lost when it goes back. Rejects as source control does. */
export async function changesBetween(
  source: Source,
  from: string | undefined,
  to: string,
): ReturnType<Source['commitsBetween']> {
  const found = await source.commitsBetween(from, to);
  if (found.direction !== 'back' || from === undefined) return found;
  return { ...(await source.commitsBetween(to, from)), direction: 'back' };
}

const shownCommits = 5;

/** A deployment for its approval: what would happen, what it is bound to, and whom to tell. */
export function deploymentSubject(
  deps: FeatureDependencies,
  store: DeploymentStore,
  health: HealthReports,
): ApprovalSubject {
  async function requireStored(id: string): Promise<Deployment> {
    const stored = await store.get(id);
    if (!stored) throw new Error(`No deployment ${id}`);
    return stored.value;
  }

  async function commitNow({ service, version, commit }: Deployment): Promise<string> {
    const source = deps.systems.source(service);
    return source ? ((await source.release(version))?.commit ?? 'gone') : commit;
  }

  return {
    rule: async (id) => ruleNow(deps.catalog(), await requireStored(id)),
    async ground(id) {
      const deployment = await requireStored(id);
      return isFinal(deployment) ? undefined : lostBy(deps, deployment);
    },
    evidence: async (id) => readEvidence({ deps, store, health }, await requireStored(id)),
    async facts(id) {
      const deployment = await requireStored(id);
      const { service, kind, changes } = deployment;
      const [commit, report] = await Promise.all([
        commitNow(deployment).catch(() => undefined),
        health.report(service, deployment.environment),
      ]);
      const evidence = await readEvidence({ deps, store, health }, deployment, report);
      const facts = subjectFacts(deps, deployment, commit, report).filter(
        // What is evidence, too, is shown once.
        ({ title, value }) => value !== '' && evidence.every((each) => each.title !== title),
      );
      const pageTo = (hash: string): string => pageFor(deps.catalog(), service, 'commit', hash);
      const label = labelOf(deployment);
      const version = deployment.version.length <= 14 ? cleanText(deployment.version) : label;
      const more = changes.total - Math.min(shownCommits, changes.commits.length);
      return {
        kind: `Deployment ${label}`,
        comesNext: ['Run', 'Verify'],
        title: describeDeployment(deployment),
        label,
        nothingIs: kind === 'rollback' ? 'rolled back' : 'deployed',
        approveTitle: `Approve ${version}`,
        cancelVerb: 'deployments.cancel',
        ...{ facts, evidence },
        commitsTitle: commitsTitle(changes),
        commits: changes.commits
          .slice(0, shownCommits)
          .map(({ id: hash, message, author }) => ({ commit: hash.slice(0, 7), message, author, page: pageTo(hash) })),
        commitsMore: more > 0 ? `and ${more} more` : '',
      };
    },
    async boundTo(id) {
      const deployment = await requireStored(id);
      const isOpen = deployment.state === 'requested' || deployment.state === 'awaiting approval';
      return isOpen ? commitNow(deployment) : undefined;
    },
    async decided(id, outcome) {
      await store.apply(id, { type: 'decided', outcome });
    },
  };
}

function subjectFacts(
  { catalog, clock }: FeatureDependencies,
  deployment: Deployment,
  commit: string | undefined,
  report: HealthReport,
) {
  const { changes, override } = deployment;
  const { environments, timeZone } = catalog();
  const page = pageFor(catalog(), deployment.service, 'commit', deployment.commit);
  const environment = lookUp(environments, deployment.environment);
  const runs = report.live.running ?? deployment.replaces;
  const { glyph, word } = statuses[report.state];
  const replaced =
    runs && `${plainText(runs.version, 40)}, live since ${describeMoment(runs.since, clock.now(), timeZone)}`;
  const direction = changes.direction === 'back' ? ' (an older release)' : '';
  return [
    { title: 'Reason', value: describeReason(deployment) },
    { title: 'Override', value: override ? describeOverride(override) : '' },
    { title: 'Commit', value: describeCommit(deployment, commit, page) },
    { title: 'Replaces', value: replaced ?? 'Nothing: this is the first release' },
    { title: 'Risk', value: `${capitalize(environment?.risk ?? 'high')}${direction}` },
    { title: healthTitle, value: `${glyph}\u00A0${word}${report.trouble === '' ? '' : `: ${report.trouble}`}` },
    {
      title: 'What\u00A0will\u00A0run',
      value: environment ? describeThen(deployment, environment, runs?.version) : '',
    },
  ];
}

/** `now`: the current commit of the release; undefined if it couldn't be read. */
function describeCommit({ commit }: Deployment, now: string | undefined, page: string): string {
  const shown = linkTo(page, plainText(commit.slice(0, 7)));
  if (now === undefined) return `${shown}, couldn’t be checked`;
  if (now === commit) return `${shown}, nothing newer`;
  return now === 'gone'
    ? `${shown}, its release is gone`
    : `${shown}, but the release is now ${plainText(now.slice(0, 7))}`;
}

/** The plan in one line: what happens once it is approved. */
function describeThen(
  { kind, noWayBack }: Deployment,
  { verifyForSeconds, rollBackAutomatically }: CatalogEnvironment,
  running: string | undefined,
): string {
  const after = noWayBack
    ? `if it’s unhealthy, someone has to decide what to do, because ${describeLostRelease(noWayBack)}`
    : running === undefined || !rollBackAutomatically || kind === 'rollback'
      ? 'if it’s unhealthy, someone has to decide what to do'
      : `if it’s unhealthy, roll back to ${running}`;
  const verified = describeDuration(verifyForSeconds * 1000);
  return plainText(`Deploy, then verify for ${verified}; ${after}`, 300);
}

function commitsTitle({ total, direction, commits }: Deployment['changes']): string {
  if (total === 0) return '';
  const authors = plural(new Set(commits.map((commit) => commit.author)).size, 'person', 'people');
  return `${direction === 'back' ? 'What goes away' : 'What changes'}: ${plural(total, 'commit')} by ${authors}`;
}
