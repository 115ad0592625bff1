import type { DescribeAudit, Feature, Person } from '../../chat/contract';
import type { Approvals } from '../approvals';
import type { FeatureDependencies } from '../contract';
import { describeEntryAudit } from '../scopes';
import { runActions } from './actions';
import { drawRun, runPreviewTopic, runTopic, startedCard } from './cards';
import { runCommands } from './commands';
import { openRuns } from './effects';
import { savedRunCommands } from './favorites/commands';
import { createSavedRuns } from './favorites/store';
import { describeRunAudit, runLabel } from './text';

export { readPairs, readValues, showValue } from './parse';

/** What started a run in an outside system. */
interface StartedRun {
  /** `R-1042` */
  readonly label: string;
  readonly requester: Person;
  readonly placeId: string;
  readonly thread: string | undefined;
}

/** The runs that people started from chat, for other features. */
export interface StartedRuns {
  /** What started this run; undefined if it wasn't started with `run`. */
  startedAs(connection: string, runId: string): Promise<StartedRun | undefined>;
  /** Draws the card of this run again; does nothing if it has none. */
  redraw(connection: string, runId: string): Promise<void>;
  /** Adds a listener for connections where a run waits for somebody's decision. */
  onWaiting(listener: (connection: string) => Promise<void>): void;
}

/** Pipelines that people run from chat. Runs continue automatically once the sweeper of `deps` has started. */
export function createRuns(
  deps: FeatureDependencies,
  { approvals }: { readonly approvals: Pick<Approvals, 'askedAbout'> },
): {
  readonly feature: Feature;
  readonly runs: StartedRuns;
  /** Looks at these runs now, because something may have changed there. */
  readonly lookAt: (connection: string, runs: readonly string[]) => Promise<void>;
} {
  const listeners: ((connection: string) => Promise<void>)[] = [];
  const runs = openRuns(deps, {
    approvals,
    onWaiting: async (connection) => {
      for (const listener of listeners) await listener(connection);
    },
  });
  const saved = createSavedRuns(deps);
  const parts = { deps, runs, saved, approvals };
  const drawn = { deps, approvals };
  deps.outbox.drawCopies(runTopic(''), async ({ about, person }) => {
    const id = about.slice(runTopic('').length);
    const found = await runs.records.get(id);
    return found && drawRun(drawn, id, found.value, person.id);
  });
  deps.outbox.drawCopies(runPreviewTopic(''), async ({ about, person }) => {
    const id = about.slice(runPreviewTopic('').length);
    const { value } = (await runs.records.get(id)) ?? {};
    return value && (value.startedAt === undefined ? drawRun(drawn, id, value, person.id) : startedCard(deps, value));
  });
  async function find(connection: string, runId: string) {
    const { items } = await runs.records.find({ where: { run: `${connection}/${runId}` }, limit: 1 });
    return items[0];
  }
  return {
    runs: {
      async startedAs(connection, runId) {
        const run = (await find(connection, runId))?.value;
        return run && { label: runLabel(run), requester: run.requester, placeId: run.placeId, thread: run.thread };
      },
      async redraw(connection, runId) {
        const found = await find(connection, runId);
        if (found) await runs.apply(found.id, { type: 'redraw' });
      },
      onWaiting: (listener) => void listeners.push(listener),
    },
    async lookAt(connection, runIds) {
      for (const runId of runIds) {
        const found = await find(connection, runId);
        if (found?.value.state === 'running') await runs.follow(found);
      }
    },
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
