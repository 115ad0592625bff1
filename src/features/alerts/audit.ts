import type { DescribeAudit } from '../../chat/contract';
import { lookUp } from '../../core/keys';

const endings: Readonly<Record<string, string>> = {
  acknowledged: 'acknowledged',
  unacknowledged: 'took back the acknowledgement of',
  silenced: 'silenced',
  'silence ended': 'ended the silence of',
  maintenance: 'put in maintenance',
  'maintenance ended': 'ended the maintenance of',
};

/** `acknowledged A-101 (slow) of shop in production: “looking at the pool”`: the lines of the audit log about alerts. */
export const describeAlertAudit: DescribeAudit = ({ what, outcome, target, detail = {} }, names) => {
  const verb = what === 'alerts.change' ? lookUp(endings, outcome) : undefined;
  if (verb === undefined) return undefined;
  const { alert, name, comment = detail['reason'], until } = detail;
  const end = typeof until === 'number' ? ` until ${names.moment(until)}` : '';
  const because = typeof comment === 'string' ? `: “${comment}”` : '';
  const whole = alert === undefined ? target : `${alert} (${name}) of ${target}`;
  return `${verb} ${whole}${end}${because}`;
};
