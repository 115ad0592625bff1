import { cleanText } from '../../../core/text';
import type { PendingApproval, RunDecision } from '../../contract';
import type { AzureClient } from '../client';
import type { AzureApproval, Build, TimelineRecord } from '../schema';
import { approvalsIn } from './reading';

/** The approvals of a run: what Gavel may decide there, and what was decided. */

export type AzureApprover = ReturnType<typeof createAzureApprover>;

/** What a run waits for, and what it had decided. */
interface Decided {
  readonly pending: readonly PendingApproval[];
  readonly decisions: readonly RunDecision[];
}

export function createAzureApprover(client: AzureClient) {
  let known: Promise<string> | undefined;
  /** Never changes. */
  const self = (): Promise<string> => {
    known ??= client.whoAmI().then(({ id }) => id);
    known.catch(() => (known = undefined));
    return known;
  };

  async function pendingOf(approval: AzureApproval, names: readonly string[], url: string): Promise<PendingApproval> {
    const whyNot = whyNotDecide(approval, await self());
    return {
      ...{ id: approval.id, name: cleanText(names.join(': ') || (approval.pipeline?.name ?? ''), 100) || 'approval' },
      ...(approval.createdOn !== undefined && { waitingSince: approval.createdOn }),
      ...(whyNot !== undefined && { whyNot }),
      ...(url !== '' && { url }),
    };
  }

  return {
    self,
    pendingOf,
    async read(records: readonly TimelineRecord[], { _links: url, status }: Build): Promise<Decided> {
      const ids = approvalsIn(records);
      if (ids.length === 0) return { pending: [], decisions: [] };
      const found = await client.approvals(ids);
      const open = status === 'completed' ? [] : found.filter(isPending);
      const pending = open.map((each) => pendingOf(each, stageNames(each, records), url));
      return { pending: await Promise.all(pending), decisions: found.flatMap(decisionsOf) };
    },
  };
}

export const isPending = ({ status }: AzureApproval): boolean => status === 'pending' || status === 'uninitiated';

/** The stage that an approval is in front of. */
export function stageNames({ id }: AzureApproval, records: readonly TimelineRecord[]): string[] {
  const byId = new Map(records.map((each) => [each.id, each]));
  let at = byId.get(id);
  while (at && at.type !== 'Stage') at = byId.get(at.parentId ?? '');
  return at ? [at.name] : [];
}

const notApprover = 'Gavel’s account isn’t an approver of this environment or resource in Azure DevOps.';
const startedIt = 'Gavel’s account started this run, and this approval doesn’t allow that.';
const notAgain = 'Gavel’s account has approved it already, and it needs another approver.';

/** https://learn.microsoft.com/azure/devops/pipelines/process/approvals */
function whyNotDecide({ blockedApprovers, permissions, steps }: AzureApproval, self: string): string | undefined {
  if (self !== '' && blockedApprovers.some(({ id }) => id === self)) return startedIt;
  if (steps.some((step) => step.status === 'approved' && step.actualApprover?.id === self)) return notAgain;
  const mayDecide = permissions === '' || /\b(?:update|resourceAdmin)\b/.test(permissions);
  return mayDecide ? undefined : notApprover;
}

/** Each approver has a step of their own, and the steps of the others end with it. */
function decisionsOf({ id, status: whole, steps }: AzureApproval): RunDecision[] {
  const made = steps
    .filter(({ status, actualApprover }) => isDecision(status) && actualApprover)
    .map(({ status, actualApprover, comment, lastModifiedOn }) => ({
      ...{ approval: id, approves: status === 'approved' },
      ...(actualApprover && actualApprover.displayName !== '' && { by: cleanText(actualApprover.displayName, 80) }),
      ...(lastModifiedOn !== undefined && { at: lastModifiedOn }),
      ...(comment !== '' && { comment: cleanText(comment, 300) }),
    }))
    .sort((one, other) => (one.at ?? 0) - (other.at ?? 0));
  return made.length === 0 && isDecision(whole) ? [{ approval: id, approves: whole === 'approved' }] : made;
}

const isDecision = (status: string): boolean => status === 'approved' || status === 'rejected';
