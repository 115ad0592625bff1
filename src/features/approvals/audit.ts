import type { DescribeAudit } from '../../chat/contract';
import { lookUp } from '../../core/keys';

/** `approved shop 2.15.0 for production (D-1002)`: the lines of the audit log about approvals and delegations. */
export const describeApprovalAudit: DescribeAudit = ({ what, target, outcome, detail }, names) => {
  if (what === 'approvals.delegate my approvals') {
    const until = detail?.['until'];
    return `let ${names.person(target)} approve for them${typeof until === 'number' ? ` until ${names.moment(until)}` : ''}`;
  }
  if (what === 'approvals.take back my approvals')
    return `ended the delegation of their approvals to ${names.person(target)}`;
  const [, label = '', where = ''] = /^(\S+)(?: (.+))?$/.exec(target) ?? [];
  const subject = names.deployment(label) ?? (where === '' ? 'a request' : `a request for ${where}`);
  const sentence = lookUp(sentences, what.replace('approvals.', ''));
  if (!sentence || !what.startsWith('approvals.')) return undefined;
  const [count = '', giver] = outcome.split(', for ');
  const votes = /^\d+ of \d+$/.test(count) && count !== '1 of 1' ? `, ${count}` : '';
  const seat = giver === undefined ? '' : ` for ${names.person(giver)}`;
  return `${sentence(subject)}${seat} (${label}${votes})`;
};

const sentences: Readonly<Record<string, (subject: string) => string>> = {
  approve: (subject) => `approved ${subject}`,
  reject: (subject) => `rejected ${subject}`,
  withdraw: (subject) => `withdrew ${subject}`,
  expire: (subject) => `closed ${subject} because it wasn’t approved in time`,
  lapse: (subject) => `closed ${subject} because it could no longer take effect`,
  void: (subject) => `gave an approval of ${subject}, which no longer counts`,
  escalate: (subject) => `asked more people to approve ${subject}`,
  // Earlier versions used this name for the end of an approval.
  decide: (subject) => `closed ${subject}`,
};
