import type { DescribeAudit, Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { describeEntryAudit } from '../scopes';
import { runActions } from './actions';
import { runCard, runTopic } from './cards';
import { runCommands } from './commands';
import { openRuns } from './effects';
import { keptRunCommands } from './favorites/commands';
import { createKeptRuns } from './favorites/store';
import { describeRunAudit } from './text';

/** Pipelines that people run from chat. Runs continue automatically once the sweeper of `deps` has started. */
export function createRuns(deps: FeatureDependencies): { readonly feature: Feature } {
  const runs = openRuns(deps);
  const kept = createKeptRuns(deps);
  const parts = { deps, runs, kept };
  deps.outbox.drawCopies(runTopic(''), async ({ about, person }) => {
    const id = about.slice(runTopic('').length);
    const found = await runs.records.get(id);
    return found && runCard(deps, id, found.value, person.id);
  });
  return {
    feature: {
      name: 'runs',
      commands: [...runCommands(parts), ...keptRunCommands(parts)],
      actions: runActions(parts),
      personalData: [kept.personalData],
      describeAudit: (entry, names) => describeRunAudit(entry, names) ?? describeKept(entry, names),
    },
  };
}

const describeKept: DescribeAudit = (entry, names) =>
  describeEntryAudit({ kept: 'kept', removed: 'removed' }, entry, names);
