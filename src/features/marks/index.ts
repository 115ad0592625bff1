import type { Annotation } from '../../connectors/contract';
import { ConnectorError } from '../../core/errors';
import { openWorkflow } from '../../workflows';
import type { ActivityOf, EffectCall } from '../../workflows';
import type { FeatureDependencies } from '../contract';
import type { Deployment, Deployments } from '../deployments';
import { endMarkOf, startMarkOf } from './text';
import { markWorkflow } from './workflow';
import type { DeployMark, DeployMarkVerdict } from './workflow';

interface MarksNeeds {
  readonly deployments: Pick<Deployments, 'onStart' | 'onEnd'>;
}

/** After that, nobody looks for the mark anymore. */
const patienceMs = 3_600_000;

/** Marks each deployment in the outside systems that keep annotations of its service. What fails there never holds up a deployment. */
export function createMarks(deps: FeatureDependencies, { deployments }: MarksNeeds): Readonly<Record<string, never>> {
  const { apply } = openWorkflow(deps, markWorkflow, (): ActivityOf<DeployMark, DeployMarkVerdict> => ({
    effects: { annotate: (call) => annotate(deps, call) },
  }));

  async function make({ service, environment }: Deployment, annotation: Annotation | undefined): Promise<void> {
    if (!annotation || deps.systems.annotations(service, environment).length === 0) return;
    await apply(annotation.key, { type: 'make', mark: { service, environment, annotation } }, {});
  }

  deployments.onStart((id, deployment) => make(deployment, startMarkOf(id, deployment)));
  deployments.onEnd((id, deployment) => make(deployment, endMarkOf(id, deployment)));
  return {};
}

/** Each system has its own failures; one that has the mark already doesn't take it twice. */
async function annotate(
  { systems, logger }: FeatureDependencies,
  { value: { service, environment, annotation, madeAt }, now }: EffectCall<DeployMark, unknown>,
): Promise<void> {
  const sinks = systems.annotations(service, environment);
  const results = await Promise.allSettled(sinks.map((sink) => sink.annotate(annotation)));
  const failures = results.flatMap((each, index) =>
    each.status === 'rejected' ? [{ error: each.reason as unknown, connection: sinks[index]?.connection }] : [],
  );
  const passing = failures.find(({ error }) => !(error instanceof ConnectorError && error.isFinal));
  if (passing && now - madeAt < patienceMs) throw passing.error;
  for (const { error, connection } of failures)
    logger.warn({ error, connection, key: annotation.key }, 'A deployment isn’t marked there');
}
