import { z } from 'zod';
import type { Target } from '../../../core/catalog/rights';
import { fillTemplate, text } from '../../../core/catalog/templates';
import type { RunningSource } from '../../contract';
import type { AzureCalls } from '../calls';
import { Build } from '../schema';
import { AzureEnvironment, EnvironmentRecord } from './schema';

/** What is live, by the deployment records of an environment: the newest one that succeeded. */

export const azureRunningBinding = z.strictObject({
  /** The name of the environment in Azure DevOps; the catalog’s if omitted. */
  environmentName: text.optional(),
  /** The name of the pipeline that deploys the service, without its folder. Omitted: every pipeline counts. */
  pipeline: text.optional(),
  /** The parameter with the version. Omitted: a tag that was deployed, or the number of the run. */
  versionParameter: text.optional(),
});

const lookedAt = 50;

export function bindAzureRunning(
  { get, list }: AzureCalls,
  binding: z.output<typeof azureRunningBinding>,
  target: Target,
): RunningSource {
  const fill = (template: z.output<typeof text> | undefined): string | undefined =>
    template && fillTemplate(template, target);
  const name = fill(binding.environmentName) ?? target.environment;
  const pipeline = fill(binding.pipeline)?.toLowerCase();
  const parameter = fill(binding.versionParameter);
  return {
    async read() {
      const environments = await list(['distributedtask', 'environments'], AzureEnvironment, { name, $top: 100 });
      const found = environments.find((each) => each.name.toLowerCase() === name.toLowerCase());
      // It comes to be with the first deployment.
      if (!found) return undefined;
      const records = await list(
        ['distributedtask', 'environments', found.id, 'environmentdeploymentrecords'],
        EnvironmentRecord,
        { top: lookedAt },
      );
      const live = records.find(
        ({ result, definition }) =>
          /^succeeded/.test(result) && (pipeline === undefined || definition?.name.toLowerCase() === pipeline),
      );
      if (!live?.owner) return undefined;
      const build = await get(['build', 'builds', live.owner.id], Build);
      const since = live.finishTime ?? build.finishTime ?? 0;
      return { version: versionOfBuild(build, parameter), commit: build.sourceVersion, since };
    },
  };
}

function versionOfBuild({ templateParameters, sourceBranch, buildNumber }: Build, parameter = ''): string {
  const given = new Map(Object.entries(templateParameters)).get(parameter);
  if (typeof given === 'string' && given.trim() !== '') return given.trim();
  return /^refs\/tags\/v?(\d.*)$/.exec(sourceBranch)?.[1] ?? buildNumber;
}
