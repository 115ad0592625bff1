import type { DescribeAudit } from '../../chat/contract';

/** `granted Nico Newcomer the developer role on shop`: the lines of the audit log about roles. */
export const describeRoleAudit: DescribeAudit = ({ what, target, outcome, detail = {} }, names) => {
  if (what === 'roles.access') return `requested access: ${target}`;
  if (what !== 'roles.change') return undefined;
  const receiver = target.startsWith('group:') ? `the group ${target.slice(6)}` : names.person(target);
  const role = `${detail['role'] ?? 'a'} role${scopeOf(String(detail['services'] ?? ''), String(detail['environments'] ?? ''))}`;
  const until = typeof detail['until'] === 'number' ? ` until ${names.moment(detail['until'])}` : '';
  if (outcome === 'ran out') return `ended the ${role} of ${receiver} on time`;
  if (outcome === 'revoked') return `revoked the ${role} from ${receiver}`;
  if (outcome === 'changed') return `changed how long ${receiver} has the ${role}${until}`;
  return `granted ${receiver} the ${role}${until}`;
};

function scopeOf(services: string, environments: string): string {
  const on = services === 'all' || services === '' ? '' : ` on ${services}`;
  return environments === 'all' || environments === '' ? on : `${on} in ${environments}`;
}
