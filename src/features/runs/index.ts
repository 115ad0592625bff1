import type { DescribeAudit, Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { describeEntryAudit } from '../scopes';
import { runActions } from './actions';
import { runPreviewTopic, runCard, runTopic, startedCard } from './cards';
import { runCommands } from './commands';
import { openRuns } from './effects';
import { savedRunCommands } from './favorites/commands';
import { createSavedRuns } from './favorites/store';
import { describeRunAudit } from './text';

/** Pipelines that people run from chat. Runs continue automatically once the sweeper of `deps` has started. */
export function createRuns(deps: FeatureDependencies): { readonly feature: Feature } {
  const runs = openRuns(deps);
  const saved = createSavedRuns(deps);
  const parts = { deps, runs, saved };
  deps.outbox.drawCopies(runTopic(''), async ({ about, person }) => {
    const id = about.slice(runTopic('').length);
    const found = await runs.records.get(id);
    return found && runCard(deps, id, found.value, person.id);
  });
  deps.outbox.drawCopies(runPreviewTopic(''), async ({ about, person }) => {
    const id = about.slice(runPreviewTopic('').length);
    const { value } = (await runs.records.get(id)) ?? {};
    return value && (value.startedAt === undefined ? runCard(deps, id, value, person.id) : startedCard(deps, value));
  });
  return {
    feature: {
      name: 'runs',
      commands: [...runCommands(parts), ...savedRunCommands(parts)],
      actions: runActions(parts),
      personalData: [saved.personalData],
      describeAudit: (entry, names) => describeRunAudit(entry, names) ?? describeSaved(entry, names),
    },
  };
}

const describeSaved: DescribeAudit = (entry, names) =>
  describeEntryAudit({ kept: 'kept', removed: 'removed' }, entry, names);
