import type { ApprovalRule } from '../../core/catalog';
import { statuses } from '../../core/card/status';
import { lookUp } from '../../core/look-up';
import { enumerate } from '../../core/text';
import type { EvidenceFact } from '../approvals';
import type { FeatureDependencies } from '../contract';
import type { HealthReport, HealthReports } from '../health';
import type { Deployment } from './contract';
import { wasVerified } from './history';
import type { Ledger } from './ledger';
import { isAutomatic } from './record';

/** What speaks for a deployment, by the rule as it is now. */

export interface EvidenceSources {
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
  return [
    ...(health
      ? [
          {
            title: 'Health',
            holds: report.state === 'healthy',
            words:
              report.state === 'healthy'
                ? 'healthy there now'
                : `${statuses[report.state].word.toLowerCase()} there now`,
            required: health === 'required',
          },
        ]
      : []),
    ...(verifiedIn
      ? [
          {
            title: 'Verified',
            holds: verified,
            words: `${deployment.version} was ${verified ? '' : 'not '}verified in ${verifiedIn.environment}`,
            required: verifiedIn.is === 'required',
          },
        ]
      : []),
    ...(ticketRule
      ? [
          {
            title: 'Ticket',
            holds: named !== undefined,
            words: named ?? 'the reason and the commits name no ticket, such as SHOP-123',
            required: ticketRule === 'required',
          },
        ]
      : []),
  ];
}

interface EvidenceReaders {
  readonly deps: Pick<FeatureDependencies, 'catalog'>;
  readonly ledger: Ledger;
  readonly health: Pick<HealthReports, 'report'>;
}

/** What the rule of its environment asks about, read now. Rejects when it can't be read. */
export async function readEvidence(
  { deps, ledger, health }: EvidenceReaders,
  deployment: Deployment,
  report?: HealthReport,
): Promise<EvidenceFact[]> {
  const { service, environment, kind, commit } = deployment;
  const rule = lookUp(deps.catalog().environments, environment)?.[kind].evidence;
  if (!rule) return [];
  const where = rule.verifiedIn?.environment;
  const verified = where !== undefined && (await wasVerified(ledger, { service, environment: where }, commit));
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
