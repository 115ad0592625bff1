import { statuses } from '../../../core/card';
import type { ApprovalRule, Catalog } from '../../../core/catalog';
import { ruleSentence } from '../../../core/catalog/rights';
import { lookUp } from '../../../core/keys';
import { enumerate } from '../../../core/text';
import type { EvidenceFact } from '../../approvals';
import type { FeatureDependencies } from '../../contract';
import type { HealthReport, HealthReports } from '../../health';
import { lostGround } from '../../policy';
import { servingConnector } from '../../contract';
import type { Deployment } from '../contract';
import { isAutomatic } from '../record';
import type { DeploymentStore } from '../store';

/** Whether a deployment that was requested earlier can still take effect, and what speaks for it by the rule as it is now. */

/** The rule that holds for it now; undefined: its environment is gone. */
export function ruleNow(
  catalog: Catalog,
  { environment, kind }: Pick<Deployment, 'environment' | 'kind'>,
): ApprovalRule | undefined {
  return lookUp(catalog.environments, environment)?.[kind];
}

/** Why the catalog no longer lets it take effect: a whole sentence in outside text; undefined while it does. Pure. */
export function lostInCatalog(catalog: Catalog, deployment: Deployment): string | undefined {
  const { service, environment, requester, emergency } = deployment;
  const target = { service, environment };
  // Restoring what ran before needs nobody's permission, but a place to restore it in.
  if (isAutomatic(deployment))
    return lookUp(catalog.services, service)?.environments.includes(environment)
      ? undefined
      : `${service} no longer runs in ${environment}.`;
  const role = lookUp(catalog.environments, environment)?.breakGlass ?? 'admin';
  const lost = lostGround(catalog, { target, requester, needs: { right: 'deploy' } });
  return lost ?? (emergency ? lostGround(catalog, { target, requester, needs: { role } }) : undefined);
}

/** The same, and whether its release is still there with the commit that was requested. Rejects when source control can't be asked. */
export async function lostBy(deps: FeatureDependencies, deployment: Deployment): Promise<string | undefined> {
  const lost = lostInCatalog(deps.catalog(), deployment);
  if (lost !== undefined) return lost;
  const { service, version, commit } = deployment;
  const source = servingConnector(deps, service)?.sourceControl;
  if (!source) return undefined;
  const release = await source.release(service, version);
  if (!release) return `The release ${version} of ${service} no longer exists.`;
  return release.commit === commit
    ? undefined
    : `${version} is now the commit ${release.commit.slice(0, 7)}, not ${commit.slice(0, 7)}, which was requested.`;
}

/** Why a deployment that began without an approval needs one by now: a whole sentence in outside text. Pure. */
export function needsApproval(catalog: Catalog, deployment: Deployment): string | undefined {
  if (isAutomatic(deployment) || deployment.emergency || deployment.approvedBy.length > 0) return undefined;
  const rule = ruleNow(catalog, deployment);
  if (!rule) return ruleIsGone(deployment);
  return rule.required === 0 ? undefined : `The rule has changed since it was requested: ${ruleSentence(rule)}.`;
}

export function ruleIsGone({ environment }: Pick<Deployment, 'environment'>): string {
  return `The rule for ${environment} is no longer in the catalog.`;
}

interface EvidenceSources {
  readonly report: HealthReport;
  /** Whether the very commit was verified in the environment that the rule names. */
  readonly verified: boolean;
}

const ticket = /\b[A-Z][A-Z0-9]{1,9}-\d{1,7}\b|#\d{1,7}\b/;

/** Each thing the rule asks about, with whether it holds now. */
export function evidenceOf(
  rule: ApprovalRule['evidence'],
  deployment: Pick<Deployment, 'version' | 'reason' | 'changes'>,
  { report, verified }: EvidenceSources,
): EvidenceFact[] {
  if (!rule) return [];
  const { health, verifiedIn, ticket: ticketRule } = rule;
  const named = ticketOf(deployment);
  const facts = [
    {
      title: 'Health',
      holds: report.state === 'healthy',
      words: `${statuses[report.state].word.toLowerCase()} there now`,
      is: health,
    },
    {
      title: 'Verified',
      holds: verified,
      words: `${deployment.version} was ${verified ? '' : 'not '}verified in ${verifiedIn?.environment}`,
      is: verifiedIn?.is,
    },
    {
      title: 'Ticket',
      holds: named !== undefined,
      words: named ?? 'the reason and the commits name no ticket, such as SHOP-123',
      is: ticketRule,
    },
  ];
  return facts.flatMap(({ is, ...fact }) => (is === undefined ? [] : [{ ...fact, required: is === 'required' }]));
}

interface EvidenceReaders {
  readonly deps: Pick<FeatureDependencies, 'catalog'>;
  readonly store: Pick<DeploymentStore, 'wasVerified'>;
  readonly health: Pick<HealthReports, 'report'>;
}

/** What the rule of its environment asks about, read now. Rejects when it can't be read. */
export async function readEvidence(
  { deps, store, health }: EvidenceReaders,
  deployment: Deployment,
  report?: HealthReport,
): Promise<EvidenceFact[]> {
  const { service, environment, kind, commit } = deployment;
  const rule = lookUp(deps.catalog().environments, environment)?.[kind].evidence;
  if (!rule) return [];
  const where = rule.verifiedIn?.environment;
  const verified = where !== undefined && (await store.wasVerified(service, where, commit));
  return evidenceOf(rule, deployment, { report: report ?? (await health.report(service, environment)), verified });
}

/**
 * Why a deployment that may begin must not, by what its rule requires: a whole sentence in outside text; undefined while all of it holds.
 * Emergencies and what restores the release before go past it. Pure.
 */
export function lostEvidence(deployment: Deployment, evidence: readonly EvidenceFact[]): string | undefined {
  if (deployment.emergency || isAutomatic(deployment)) return undefined;
  const lacking = evidence.filter(({ required, holds }) => required && !holds).map(({ words }) => words);
  if (lacking.length === 0) return undefined;
  return `What the rule for ${deployment.environment} requires didn't hold when it was about to start: ${enumerate(lacking)}.`;
}

function ticketOf({ reason, changes }: Pick<Deployment, 'reason' | 'changes'>): string | undefined {
  const texts = [reason, ...changes.commits.map(({ message }) => message)];
  return texts.map((text) => ticket.exec(text)?.[0]).find((found) => found !== undefined);
}
