import { keepRecent } from '../../../core/keys';
import { ifFound } from '../client';
import type { BuildPlace, JenkinsClient } from '../client';
import type { QueueItem } from '../schema';
import type { JenkinsRun } from './names';

/** Finds the build that a queue item has become. */

const maxKept = 500;

export function createBuildSearch(client: Pick<JenkinsClient, 'queueItem' | 'builds' | 'olderBuilds'>) {
  const numbers = new Map<string, number>();

  async function numberOf(queueId: number, job: string): Promise<number | undefined> {
    const sought = (each: { readonly queueId: number }): boolean => each.queueId === queueId;
    const recent = (await ifFound(client.builds(job)))?.find(sought);
    return recent?.number ?? (await ifFound(client.olderBuilds(job)))?.find(sought)?.number;
  }

  return {
    /** What its queue item says as long as there’s no build. Undefined if Jenkins has neither. */
    async locate(id: string, { queueId, job }: JenkinsRun): Promise<BuildPlace | QueueItem | undefined> {
      const known = numbers.get(id);
      if (known !== undefined) return { job, number: known };
      const item = await ifFound(client.queueItem(queueId));
      // An item that has left is forgotten after five minutes; its build keeps its number.
      const number = item?.executable?.number ?? (item ? undefined : await numberOf(queueId, job));
      if (number === undefined) return item;
      keepRecent(numbers, id, number, maxKept);
      return { job, number };
    },
  };
}
