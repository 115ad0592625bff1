import { z } from 'zod';
import { fillTemplate, text } from '../../../core/catalog/templates';
import type { Target } from '../../../core/catalog/rights';
import { ConnectorError } from '../../../core/errors';
import { jsonIn } from '../../../core/text';
import type { AnnotationSink, RecordedDeployment } from '../../contract';
import { readWorkflowName } from '../actions/names';
import type { BoundWorkflow } from '../actions/names';
import { within } from '../client';
import type { GithubClient } from '../client';
import { recordsItself } from './environments';
import { DeploymentAnswer, DeploymentsAnswer, DeploymentStatusesAnswer } from './schema';
import type { DeploymentEntry } from './schema';

/** Records Gavel's deployments as deployments of GitHub, except those that GitHub itself records for the workflow. */

export const recordingBinding = z.strictObject({
  repository: text,
  /** The name of the environment in GitHub; the catalog's if omitted. */
  environmentName: text.optional(),
});

const lookedAt = 100;

const states: Readonly<Record<RecordedDeployment['state'], string>> = {
  running: 'in_progress',
  succeeded: 'success',
  failed: 'failure',
  canceled: 'error',
};

interface RecordingParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: GithubClient;
  /** The workflows that deploy to the target, in whatever repository. */
  readonly workflows: () => readonly BoundWorkflow[];
}

export function bindRecording(
  { name, client, workflows }: RecordingParts,
  { repository: named, environmentName }: z.output<typeof recordingBinding>,
  target: Target,
): AnnotationSink {
  const repository = fillTemplate(named, target);
  const environment = environmentName ? fillTemplate(environmentName, target) : target.environment;
  const path = within(repository, 'deployments');

  /** Whether whatever deploys here, or rolls back, makes a deployment of its own in this repository. */
  async function isRecordedAlready(): Promise<boolean> {
    const all = workflows();
    const here = all.filter(
      ({ pipeline }) => readWorkflowName(pipeline)?.repository.toLowerCase() === repository.toLowerCase(),
    );
    if (here.length === 0 || here.length < all.length) return false;
    const records = await Promise.all(here.map((workflow) => recordsItself(client, workflow, environment)));
    return records.every(Boolean);
  }

  async function find(key: string): Promise<DeploymentEntry | undefined> {
    const found = await client.get(path, DeploymentsAnswer, { environment, per_page: lookedAt });
    return found.find(({ payload }) => payload?.gavel_key === key);
  }

  async function make({ key, version, commit }: RecordedDeployment, description: string): Promise<DeploymentEntry> {
    const { body } = await client.post(path, {
      ...{ ref: commit, environment, description: description.slice(0, 140) },
      // Otherwise GitHub merges the default branch into it, or refuses because a check hasn't passed.
      ...{ auto_merge: false, required_contexts: [] },
      payload: { gavel_key: key, version },
    });
    const made = DeploymentAnswer.safeParse(jsonIn(body.toString('utf8')));
    if (made.success) return made.data;
    throw new ConnectorError(name, 'unclear', 'the answer doesn’t name the deployment that was made');
  }

  return {
    async annotate({ recorded, text: description }) {
      if (!recorded) return;
      const known = await find(recorded.key);
      if (!known && (await isRecordedAlready())) return;
      const deployment = known ?? (await make(recorded, description));
      const statuses = [...path, deployment.id, 'statuses'];
      const state = states[recorded.state];
      const told = await client.get(statuses, DeploymentStatusesAnswer, { per_page: 30 });
      // A start that comes late, after a crash, doesn't reopen what has ended.
      if (told.some((each) => each.state === state || each.state !== 'in_progress')) return;
      await client.post(statuses, { state, environment, auto_inactive: true });
    },
  };
}
