import type { ApprovalSource, Bound, WaitingRun, WaitingStep } from '../../../connectors/contract';
import { createFreshLook, withFairTimeLimit } from '../../../core/concurrency';
import { newId } from '../../../core/keys';
import { readAll } from '../../../store/contract';
import { openWorkflow } from '../../../workflows';
import { runApprovalId } from '../../approvals';
import type { RunApprovalStore } from '../effects';
import { openingOf, seenOf } from '../facts';
import type { RunApprovalParts } from '../facts';
import { readEveryMs, waitingRunsWorkflow } from './workflow';

/** Asks every tool once a minute what waits there, and sooner where something may have changed. */

const sharedId = 'all';
/** A tool that needs longer doesn't answer. */
const readWithinMs = 30_000;
/** Many more than people would decide anew. */
const maxRounds = 50;

interface Listed {
  readonly run: WaitingRun;
  readonly step: WaitingStep;
}

/** `begin` starts it, once for all instances. */
export function followTools(parts: RunApprovalParts, store: RunApprovalStore) {
  const { deps } = parts;
  const { systems, logger } = deps;
  const looks = new Map<string, () => Promise<void>>();

  /** Never rejects because of a tool. */
  async function read(source: Bound<ApprovalSource>): Promise<void> {
    const { connection } = source;
    const listed = await list(source);
    if (!listed) return;
    const seen = new Set<string>();
    for (const each of listed) seen.add(await note(connection, each));
    for (const { id, value } of await open())
      if (value.connection === connection && !seen.has(id) && isHere(value)) await store.look(id, value);
  }

  const open = () => readAll(store.records, { where: { isOpen: 'yes' } });

  async function list(source: Bound<ApprovalSource>): Promise<readonly Listed[] | undefined> {
    try {
      const runs = await withFairTimeLimit(source.waiting(), readWithinMs);
      return runs?.flatMap((run) => run.approvals.map((step) => ({ run, step })));
    } catch (error) {
      logger.warn({ error, connection: source.connection }, 'A tool didn’t say what waits there');
      return undefined;
    }
  }

  /** The id of the step in its current round. */
  async function note(connection: string, { run, step }: Listed): Promise<string> {
    let round = 0;
    let id = runApprovalId(connection, run.id, step.id, round);
    let known = (await store.records.get(id))?.value;
    while (known?.state === 'unsent' && round < maxRounds) {
      round += 1;
      id = runApprovalId(connection, run.id, step.id, round);
      known = (await store.records.get(id))?.value;
    }
    if (known) await store.apply(id, { type: 'see', step: seenOf(run, step) });
    else {
      const approval = await openingOf(parts, connection, { run, step, round }, newId());
      await store.apply(id, { type: 'open', approval });
    }
    return id;
  }

  const isHere = ({ connection, executor }: { readonly connection: string; readonly executor?: string | undefined }) =>
    executor === undefined || systems.pipelineSource(connection)?.executor === executor;

  /** Steps of connections that the catalog no longer has end. */
  async function endLost(): Promise<void> {
    const connections = new Set(systems.approvalSources().map(({ connection }) => connection));
    for (const { id, value } of await open()) if (!connections.has(value.connection)) await store.look(id, value);
  }

  const { apply } = openWorkflow(deps, waitingRunsWorkflow, (workflow) => ({
    effects: {},
    wakesWithinMs: () => readEveryMs,
    async wake({ id }) {
      for (const source of systems.approvalSources()) await read(source);
      await endLost();
      await workflow.apply(id, { type: 'read' }, {});
    },
  }));

  return {
    begin: async (): Promise<void> => void (await apply(sharedId, { type: 'begin' }, {})),
    /** Reads one connection now, because something may have changed there. Calls that arrive meanwhile share the next reading. */
    async readNow(connection: string): Promise<void> {
      let run = looks.get(connection);
      if (!run) {
        run = createFreshLook(async () => {
          const source = systems.approvalSource(connection);
          if (source) await read(source);
        });
        looks.set(connection, run);
      }
      await run();
    },
  };
}
