import { ConnectorError } from '../../../core/errors';
import { jsonIn } from '../../../core/text';
import type { Clock } from '../../../core/time/clock';
import type { FoundRun, PipelineStart } from '../../contract';
import { createSearchLooks } from '../../finding/looks';
import type { GithubClient } from '../client';
import { DispatchAnswer } from '../schema';
import type { Run } from '../schema';
import { writeRunId } from './names';
import type { WorkflowName } from './names';

/** Starts a run once, and finds it by its key. */

interface StartingParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: GithubClient;
  readonly clock: Clock;
}

/** The clocks of two machines may differ by so much. */
const clockSkewMs = 60_000;
const pageSize = 100;
const maxPages = 10;

interface Dispatch {
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** Whether its runs are named with the key. */
  readonly showsKey: boolean;
}

export function createStarting({ name, client, clock }: StartingParts) {
  /** Whether this GitHub names the run that a dispatch makes. */
  let namesRuns = true;
  const looks = createSearchLooks(clock);

  async function send({ repository, file }: WorkflowName, { ref, inputs, showsKey }: Dispatch): Promise<string> {
    const plain = { ref, inputs };
    if (!namesRuns) return client.dispatch(repository, file, plain);
    try {
      return await client.dispatch(repository, file, { ...plain, return_run_details: true });
    } catch (error) {
      // Refused because of the field, so nothing was started.
      if (
        !(error instanceof ConnectorError) ||
        error.failure !== 'refused' ||
        !/return_run_details/.test(error.message)
      )
        throw error;
      namesRuns = false;
      if (!showsKey) throw new ConnectorError(name, 'refused', cantFind(file));
      return client.dispatch(repository, file, plain);
    }
  }

  return {
    async start(workflow: WorkflowName, dispatch: Dispatch, { key, askedAt }: PipelineStart): Promise<string> {
      if (!namesRuns && !dispatch.showsKey) throw new ConnectorError(name, 'refused', cantFind(workflow.file));
      looks.forget(key);
      const answer = DispatchAnswer.safeParse(jsonIn(await send(workflow, dispatch)));
      if (answer.success) return writeRunId(workflow.repository, answer.data.workflow_run_id);
      const found = dispatch.showsKey ? await search(client, workflow, key, askedAt) : undefined;
      if (found?.found === 'run') return found.id;
      throw new ConnectorError(name, 'unclear', `GitHub started ${workflow.file} and didn’t say which run it is`);
    },

    /** Rejects with `unreachable` while the run can still show up. */
    async find(workflow: WorkflowName, showsKey: boolean, { key, askedAt }: PipelineStart): Promise<FoundRun> {
      const found = await search(client, workflow, key, askedAt);
      if (found.found !== 'none' || !showsKey) return found.found === 'run' ? found : { found: 'cannot tell' };
      if (looks.areEnough(key)) return found;
      throw new ConnectorError(name, 'unreachable', 'GitHub can take two minutes to list a new run; asked again later');
    },
    looks,
  };
}

const cantFind = (file: string): string =>
  `${file} doesn’t name its runs with gavel_key, so a run couldn’t be found again`;

/** Looks through everything since the start was sent. */
async function search(
  client: GithubClient,
  { repository, file }: WorkflowName,
  key: string,
  askedAt: number,
): Promise<FoundRun> {
  for (let page = 1; page <= maxPages; page++) {
    const runs = await client.runs(repository, file, page);
    const found = runs.find((run) => carriesKey(run, key));
    if (found) return { found: 'run', id: writeRunId(repository, found.id) };
    // One old run among new ones proves nothing: a list isn't always in order.
    const areOld = runs.every(({ created_at }) => (created_at ?? 0) < askedAt - clockSkewMs);
    if (areOld || runs.length < pageSize) return { found: 'none' };
  }
  return { found: 'cannot tell' };
}

/** Whether the key stands in the name of a run, and isn't part of a longer one. */
export function carriesKey({ display_title }: Pick<Run, 'display_title'>, key: string): boolean {
  const at = display_title.indexOf(key);
  if (at < 0 || key === '') return false;
  const around = `${display_title.charAt(at - 1)} ${display_title.charAt(at + key.length)}`;
  return !/[\w:-]/.test(around);
}
