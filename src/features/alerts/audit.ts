import type { DescribeAudit } from '../../chat/contract';
import { lookUp } from '../../core/keys';

const endings: Readonly<Record<string, string>> = {
  acknowledged: 'acknowledged',
  unacknowledged: 'removed the acknowledgment of',
  silenced: 'silenced',
  'silence ended': 'ended the silence of',
  maintenance: 'put into maintenance',
  'maintenance ended': 'ended the maintenance of',
};

/** `acknowledged A-101 (slow) of shop in production: “looking at the pool”`: the lines of the audit log about alerts. */
export const describeAlertAudit: DescribeAudit = ({ what, outcome, target, from, detail = {} }, names) => {
  if (/^alerts\.(?:check|recheck)$/.test(what) && outcome === 'checked') return describeCheck(target, detail);
  if (/^alerts\.(?:alert )?mute$/.test(what) && outcome === 'muted')
    return `muted ${detail['about']} in ${names.place(from) ?? target}${endOf(detail, names)}`;
  const verb = what === 'alerts.change' ? lookUp(endings, outcome) : undefined;
  if (verb === undefined) return undefined;
  const { alert, name, comment = detail['reason'] } = detail;
  const because = typeof comment === 'string' ? `: “${comment}”` : '';
  const whole = alert === undefined ? target : `${alert} (${name}) of ${target}`;
  return `${verb} ${whole}${endOf(detail, names)}${because}`;
};

function describeCheck(target: string, { alert, connection }: Readonly<Record<string, unknown>>): string {
  if (alert !== undefined) return `requested a check of ${target} because of ${alert}`;
  return `requested a check of ${target} by ${connection}`;
}

function endOf({ until }: Readonly<Record<string, unknown>>, names: Parameters<DescribeAudit>[1]): string {
  return typeof until === 'number' ? ` until ${names.moment(until)}` : '';
}
