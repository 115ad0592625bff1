import { isSeenByAll } from '../../chat/contract';
import type { Command, Reply, Turn } from '../../chat/contract';
import { cannotSee } from '../../core/catalog/refusals';
import { sourceCard } from './cards';
import { attentionOf, readSource, requireSource, seenServices } from './facts';
import { summaryCard } from './list';
import type { FeatureDependencies } from '../contract';
import type { Reminders } from './effects';

/** `scm`: what is open in the source of a service, and what waits for its next release. */

export function sourceCommands(deps: FeatureDependencies, reminders: Pick<Reminders, 'isDue'>): Command[] {
  const look = { operation: 'look', topic: 'Look', right: 'view' } as const;
  return [
    {
      ...look,
      name: 'scm show',
      synonyms: ['scm', 'pull requests', 'pull request', 'merge requests', 'prs'],
      phrasings: [
        '[open] pull|merge requests [of|for|in] {service}',
        '[open] prs|branches [of|for|in] {service}',
        '{service} pull|merge requests',
        '{service} prs|branches',
        'which|what pull|merge requests are [still] open [of|for|in] {service}',
        'what is [still] waiting for [a] review [of|for|in] {service}',
        'what has to be reviewed [of|for|in] {service}',
        'who has to review what|something [of|for|in] {service}',
        'what is not [yet] released|merged [yet] [of|for|in] {service}',
        '[which|what] unreleased commits|changes [are there] [of|for|in] {service}',
        'who worked on [the] next release of {service}',
        'who contributed to [the] next release of {service}',
        '[which|what] failing checks [are there] [of|for|in] {service}',
        'which|what checks fail [of|for|in] {service}',
        'source [control] of {service}',
      ],
      summary: 'Show pull requests, checks, and unreleased commits',
      shows: ['deployments', 'review-reminders'],
      arguments: [{ name: 'service', kind: 'service', summary: 'the service', keyword: 'of', required: true }],
      examples: ['scm shop', 'pull requests shop'],
      run: (turn, { service = '' }) => showSource(deps, reminders, turn, service),
    },
    {
      ...look,
      name: 'scm summary',
      synonyms: ['weekly summary', 'week in review'],
      phrasings: [
        'what happened this|last week',
        'summary of the week',
        'all pull|merge requests',
        'what is waiting for [a] review',
        'which|what pull|merge requests are [still] open',
      ],
      summary: 'Sum up every service’s last week',
      shows: ['deployments'],
      examples: ['scm summary', 'schedule every Monday at 9 scm summary'],
      run: (turn) => showSummary(deps, turn),
    },
  ];
}

async function showSource(
  deps: FeatureDependencies,
  reminders: Pick<Reminders, 'isDue'>,
  turn: Turn,
  service: string,
): Promise<Reply> {
  const { person } = turn;
  const source = requireSource(deps, person.id, service);
  const targets = seenServices(deps.catalog(), person.id).get(service) ?? [];
  const report = await readSource(deps, service, source, targets);
  const mayBeReminded = attentionOf(report).waiting.length > 0 && (await reminders.isDue(service));
  return sourceCard(deps, turn, { ...report, mayBeReminded }, isSeenByAll(turn) ? undefined : person.id);
}

async function showSummary(deps: FeatureDependencies, turn: Turn): Promise<Reply> {
  const seen = seenServices(deps.catalog(), turn.person.id);
  if (seen.size === 0) throw cannotSee(deps.catalog());
  return summaryCard(deps, turn, seen);
}
