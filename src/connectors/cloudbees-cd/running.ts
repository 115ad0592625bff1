import { z } from 'zod';
import type { Target } from '../../core/catalog/rights';
import { fillTemplate, text } from '../../core/catalog/templates';
import { ConnectorError } from '../../core/errors';
import { cleanText } from '../../core/text';
import type { RunningSource } from '../contract';
import type { CloudbeesClient } from './client';

/** What is live, by the inventory of an environment: the version of each artifact that was deployed there. */

export const inventoryBinding = z.strictObject({
  /** The project with the environment. */
  project: text,
  /** The name of the environment in CloudBees CD; the catalog’s if omitted. */
  environmentName: text.optional(),
  application: text,
  /** Only this component of the application. */
  component: text.optional(),
  /** The property of the environment in which the pipeline keeps the commit: CloudBees CD knows none. */
  commitProperty: text,
});

export function bindInventory(
  name: string,
  client: CloudbeesClient,
  binding: z.output<typeof inventoryBinding>,
  target: Target,
): RunningSource {
  const fill = (template: z.output<typeof text>): string => fillTemplate(template, target);
  const project = fill(binding.project);
  const environment = binding.environmentName ? fill(binding.environmentName) : target.environment;
  const application = fill(binding.application);
  const component = binding.component && fill(binding.component);
  const commitProperty = fill(binding.commitProperty);
  return {
    async read() {
      // Each of these is a part of an address, and one that leads elsewhere is asked about nothing.
      if ([project, environment, commitProperty].some((part) => /(?:^|\/)\.{1,2}(?:\/|$)/.test(part)))
        throw new ConnectorError(name, 'refused', 'the binding leads out of its project');
      const all = await client.inventory(project, environment, application);
      const items = all.filter(
        ({ applicationName, componentName, artifactVersion, status }) =>
          artifactVersion !== '' &&
          status !== 'error' &&
          (applicationName === '' || applicationName === application) &&
          (component === undefined || componentName === component),
      );
      if (items.length === 0) return undefined;
      const commit = await client.property(commitProperty, { projectName: project, environmentName: environment });
      if (commit === undefined || commit === '')
        throw new ConnectorError(name, 'invalid answer', `${environment} has no property ${commitProperty}`);
      // Components that differ are told apart: the release isn’t live while one of them has another version.
      const versions = [...new Set(items.map(({ artifactVersion }) => artifactVersion))].sort();
      return {
        version: cleanText(versions.join(' and '), 80),
        commit: cleanText(commit, 80),
        since: Math.max(...items.map(({ modifyTime, createTime }) => modifyTime ?? createTime ?? 0)),
      };
    },
  };
}
