import type { DescribeAudit, Feature, Person } from '../../chat/contract';
import type { StatusName } from '../../core/card';
import type { Approvals } from '../approvals';
import type { FeatureDependencies } from '../contract';
import { describeEntryAudit } from '../scopes';
import type { TicketLinks } from '../tickets';
import { runActions } from './actions';
import { cardKey, drawRun, runBand, runPreviewTopic, runStatusName, runTopic, startedCard } from './cards';
import { runCommands } from './commands';
import type { RunListener } from './contract';
import { openRuns } from './effects';
import { maySee } from './facts';
import { savedRunCommands } from './favorites/commands';
import { createSavedRuns } from './favorites/store';
import { runTroubles } from './trouble/facts';
import { describeRunAudit, runLabel, titleOf } from './text';

export type { PipelineRun } from './contract';
export { readPairs, readValues, showValue } from './parse';

/** What started a run in an outside system. */
interface StartedRun {
  /** `R-1042` */
  readonly label: string;
  readonly requester: Person;
  readonly placeId: string;
  readonly thread: string | undefined;
}

/** A run that somebody started and that hasn't ended. */
export interface OpenRun {
  readonly id: string;
  /** `R-1042` */
  readonly label: string;
  /** What its tool calls the pipeline: outside text. */
  readonly title: string;
  readonly requester: Person;
  /** `unclear` if nobody knows whether it was started. */
  readonly status: StatusName;
  /** The same as its card says it: `Queued`. */
  readonly word: string;
}

const openRunStates = ['unclear', 'running', 'starting'] as const;

/** The runs that people started from chat, for other features. */
export interface StartedRuns {
  /** What started this run; undefined if it wasn't started with `run`. */
  startedAs(connection: string, runId: string): Promise<StartedRun | undefined>;
  /** The open runs that this person can see, those that need somebody first, then the newest; at most `most` in each state. */
  openFor(personId: string, most: number): Promise<readonly OpenRun[]>;
  /** Draws the card of this run again; does nothing if it has none. */
  redraw(connection: string, runId: string): Promise<void>;
  /** Adds a listener for connections where a run waits for somebody's decision. */
  onWaiting(listener: (connection: string) => Promise<void>): void;
  /** Adds a listener for each run that has ended in any way. */
  onEnd(listener: RunListener): void;
}

/** Pipelines that people run from chat. Runs continue automatically once the sweeper of `deps` has started. */
export function createRuns(
  deps: FeatureDependencies,
  { approvals, tickets }: { readonly approvals: Pick<Approvals, 'askedAbout'>; readonly tickets: TicketLinks },
): {
  readonly feature: Feature;
  readonly runs: StartedRuns;
  /** Looks at these runs now, because something may have changed there. */
  readonly lookAt: (connection: string, runs: readonly string[]) => Promise<void>;
} {
  const listeners: ((connection: string) => Promise<void>)[] = [];
  const endListeners: RunListener[] = [];
  const runs = openRuns(deps, {
    ...{ approvals, tickets },
    onWaiting: async (connection) => {
      for (const listener of listeners) await listener(connection);
    },
    async onEnd(id, run) {
      for (const listener of endListeners) await listener(id, run);
    },
  });
  const saved = createSavedRuns(deps);
  const parts = { deps, runs, saved, approvals, tickets };
  const drawn = { deps, approvals, tickets };
  tickets.register('run', runTroubles(deps, runs, cardKey));
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
      async openFor(personId, most) {
        const newest = { orderBy: 'preparedAt', descending: true, limit: most } as const;
        const found = await Promise.all(
          openRunStates.map((state) => runs.records.find({ where: { state }, ...newest })),
        );
        return found
          .flatMap(({ items }) => items)
          .filter(({ value }) => maySee(deps, personId, value))
          .map(({ id, value }) => ({
            ...{ id, label: runLabel(value), title: titleOf(value), requester: value.requester },
            ...{ status: runStatusName(value), word: runBand(value).word },
          }));
      },
      async redraw(connection, runId) {
        const found = await find(connection, runId);
        if (found) await runs.apply(found.id, { type: 'redraw' });
      },
      onWaiting: (listener) => void listeners.push(listener),
      onEnd: (listener) => void endListeners.push(listener),
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
