import type { CloudbeesClient } from '../client';
import type { Job } from '../schema';
import { unlessNotFound } from './offering';
import { logLinesOf, tellingStep, tellingTask } from './reading';
import type { SeenStage } from './reading';

/** Reads the end of what steps have written. */

const maxLines = 5_000;

export function createRunLogs(client: CloudbeesClient) {
  /** Of the step that says most. */
  async function ofJob(job: Job, maximumLines: number): Promise<string[]> {
    const step = tellingStep(job);
    if (!step || maximumLines < 1) return [];
    // Without its log, a run can still be followed.
    const log = await client.log(job, step).catch(() => undefined);
    return logLinesOf(step, log).slice(-Math.min(maxLines, maximumLines));
  }

  return {
    ofJob,
    /** Of the task that says most. */
    async ofStages(stages: readonly SeenStage[], maximumLines: number): Promise<string[]> {
      const task = tellingTask(stages);
      const job = task && (await unlessNotFound(client.job(task.jobId)));
      return job ? ofJob(job, maximumLines) : [];
    },
  };
}
