import type { Person } from '../../../src/chat/contract';
import type { ApprovalRule, Catalog } from '../../../src/core/catalog';
import type { ApprovalRequest, SubjectFacts } from '../../../src/features/approvals/contract';
import { newApproval } from '../../../src/features/approvals/record';
import type { Approval } from '../../../src/features/approvals/record';
import type { ApprovalContext, ApprovalEvent } from '../../../src/features/approvals/workflow';
import { people } from '../fakes';

export const facts: SubjectFacts = {
  title: 'shop 2.14.0 to production',
  label: 'D-1001',
  nothingIs: 'deployed',
  approveTitle: 'Approve 2.14.0',
  facts: [{ title: 'Commit', value: 'abc1234' }],
  commitsTitle: '',
  commits: [],
  commitsMore: '',
};

/** At time zero, Dana requests to deploy shop to production, valid for two hours. */
export function requestUnder(rule: ApprovalRule, more: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return {
    id: 'a'.repeat(32),
    kind: 'deployment',
    subjectId: 's',
    target: { service: 'shop', environment: 'production' },
    requester: people.dana,
    rule,
    boundTo: 'commit-1',
    placeId: 'channel:deployments',
    expiresAt: 7_200_000,
    correlationId: 'c',
    ...more,
  };
}

export function approvalUnder(rule: ApprovalRule, more: Partial<ApprovalRequest> = {}): Approval {
  return newApproval(requestUnder(rule, more), facts, 0);
}

export function contextIn(catalog: Catalog, more: Partial<ApprovalContext> = {}): ApprovalContext {
  return {
    now: 10,
    waiting: [],
    catalog,
    delegations: [],
    ruleNow: undefined,
    lacking: [],
    boundTo: 'commit-1',
    ...more,
  };
}

export const approveBy = (person: Person): ApprovalEvent => ({ type: 'approve', person, note: '' });
