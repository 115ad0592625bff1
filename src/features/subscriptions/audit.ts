import type { DescribeAudit } from '../../chat/contract';

/** `muted Deployments until 16:00 CET`: the lines of the audit log about subscriptions. */
export const describeSubscriptionAudit: DescribeAudit = ({ what, target, from, outcome, detail }, names) => {
  const where = names.place(from);
  const here = where === undefined ? '' : ` in ${where}`;
  const verb = what.replace('subscriptions.', '');
  if (verb === 'subscribe') return `subscribed to ${target}${here}`;
  if (verb === 'unsubscribe') return `unsubscribed from ${target}${here}`;
  const muted = target === 'this channel' || target === 'personal chat' ? (where ?? target) : target;
  const until = detail?.['until'];
  const about = detail?.['about'];
  const subject = typeof about === 'string' ? `${about}${here === '' ? ` in ${target}` : here}` : muted;
  if (verb === 'mute') return `muted ${subject}${typeof until === 'number' ? ` until ${names.moment(until)}` : ''}`;
  if (verb === 'unmute') return `unmuted ${subject}`;
  if (verb === 'digest')
    return outcome === 'digest none'
      ? `turned the digest off in ${muted}`
      : `set a ${outcome.replace('digest ', '')} digest for ${muted}`;
  return undefined;
};
