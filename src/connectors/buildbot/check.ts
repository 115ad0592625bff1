import { ConnectorError } from '../../core/errors';
import type { CheckLine } from '../contract';
import { checkCall } from '../http/checks';
import type { BuildbotClient } from './client';
import { argumentsOf } from './parameters';

/** Each permission that Gavel needs, and whether its keys are kept, tried with calls that change nothing. */
export async function checkBuildbot(name: string, client: BuildbotClient): Promise<CheckLine[]> {
  const allowed = 'In master.cfg, add a rule for the role of Gavel’s user to the allowRules in authz.';
  return Promise.all([
    checkCall(
      'signing in',
      () => client.signIn(),
      'Allow Gavel’s user to sign in at /auth/login, or have the proxy sign in on its behalf.',
    ),
    checkCall('reading pipelines', () => client.schedulers(), 'Allow GET /api/v2/forceschedulers.'),
    checkCall(
      'reading runs',
      () => client.requests({ limit: 1 }),
      'Allow GET /api/v2/buildrequests and /api/v2/builds.',
    ),
    checkCall('starting and stopping', () => probe(name, client), allowed),
    checkKeys(client),
    checkCollapse(client),
  ]);
}

async function probe(name: string, client: BuildbotClient): Promise<void> {
  const [scheduler] = await client.schedulers();
  if (!scheduler) throw new ConnectorError(name, 'refused', 'no force scheduler');
  await client.probe(scheduler.name);
}

async function checkKeys(client: BuildbotClient): Promise<CheckLine> {
  const line = await checkCall(
    'finding a run by its key',
    () => client.buildsets({ reason__contains: 'gavel ', limit: 1 }),
    'Allow GET /api/v2/buildsets.',
  );
  if (line.problem !== undefined) return line;
  const start = { key: 'key', by: { name: 'Gavel', id: '' }, askedAt: 0, values: {} };
  const without = (await client.schedulers()).find(
    (scheduler) => 'refused' in argumentsOf(scheduler, { ...start, pipeline: scheduler.name }),
  );
  return without
    ? {
        ...line,
        problem: `${without.name} has a fixed reason. Make the reason editable, because Gavel stores its key there.`,
      }
    : line;
}

/** Nothing tells whether a builder merges requests, but that it has done so. */
async function checkCollapse(client: BuildbotClient): Promise<CheckLine> {
  const about = 'running every request';
  let merged: number | undefined;
  const line = await checkCall(
    about,
    async () => {
      const skipped = await client.requests({ results: 3, order: '-buildrequestid', limit: 1 });
      const [request] = skipped;
      if (request && (await client.builds(request.buildrequestid)).length === 0) merged = request.builderid;
    },
    'Allow GET /api/v2/buildrequests and /api/v2/builds.',
  );
  if (line.problem !== undefined || merged === undefined) return line;
  return {
    about,
    problem: `Builder ${merged} merged requests, so some runs never get a build of their own. Set collapseRequests=False for that builder in master.cfg.`,
  };
}
