import assert from 'node:assert/strict';
import type { PipelineStart } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';

/** Everything that a connection to Buildbot reads of a run of `nightly`, without the moment of reading. */
export async function readAll({ pipelines }: OpenConnection, start: PipelineStart, id: string) {
  assert.ok(pipelines, 'it has pipelines');
  const offered = await pipelines.list();
  const described = await pipelines.describe('nightly');
  const found = await pipelines.findStart(start);
  const status = (await pipelines.runStatus(id)) ?? assert.fail('there is such a run');
  return { offered, described, found, status: { ...status, logReadAt: 0 }, log: await pipelines.runLog(id, 20) };
}
