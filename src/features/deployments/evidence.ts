import type { ApprovalRule } from '../../core/catalog';
import { statuses } from '../../core/card/status';
import type { EvidenceFact } from '../approvals';
import type { HealthReport } from '../health';
import type { Deployment } from './contract';

/** What speaks for a deployment. Pure. */

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

function ticketOf({ reason, changes }: Pick<Deployment, 'reason' | 'changes'>): string | undefined {
  const texts = [reason, ...changes.commits.map(({ message }) => message)];
  return texts.map((text) => ticket.exec(text)?.[0]).find((found) => found !== undefined);
}
