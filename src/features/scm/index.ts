import type { DescribeAudit, Feature } from '../../chat/contract';
import type { Announcements } from '../announcements';
import type { FeatureDependencies } from '../contract';
import { sourceActions } from './actions';
import { sourceCommands } from './commands';
import { openReminders } from './effects';

export { attentionOf, failedIn, readSource } from './facts';
export type { SourceReport } from './facts';

/** Source control in chat: open pull requests, checks, and what waits for the next release. */
export function createScm(
  deps: FeatureDependencies,
  { announcements }: { readonly announcements: Pick<Announcements, 'boundTo'> },
): { readonly feature: Feature } {
  const reminders = openReminders(deps);
  const actions = sourceActions({ deps, reminders, announcements });
  return { feature: { name: 'scm', commands: sourceCommands(deps, reminders), actions, describeAudit } };
}

const describeAudit: DescribeAudit = ({ what, outcome, target, detail }, names) => {
  if (what !== 'scm.remind' || outcome !== 'reminded') return undefined;
  const place = detail?.['place'];
  return `reminded the reviewers of ${target} in ${(typeof place === 'string' ? names.place(place) : undefined) ?? 'a channel'}`;
};
