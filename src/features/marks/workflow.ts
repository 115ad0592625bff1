import type { Annotation } from '../../connectors/contract';
import { defineWorkflow } from '../../workflows';
import type { Change, Circumstance } from '../../workflows';

/** One deploy mark, until the outside systems have it. */
export interface DeployMark {
  readonly service: string;
  readonly environment: string;
  readonly annotation: Annotation;
  readonly madeAt: number;
}

interface MarkEvent {
  readonly type: 'make';
  readonly mark: Omit<DeployMark, 'madeAt'>;
}

/** Undefined: it is made already. */
export type DeployMarkVerdict = Change<DeployMark, { readonly kind: 'annotate' }> | undefined;

/** Longer than a deployment can say again that it has started or ended. */
const keptMs = 7 * 86_400_000;

export const markWorkflow = defineWorkflow({
  name: 'deploy-marks',
  collection: {
    name: 'deploy-marks',
    schema: 1,
    indexes: {},
    expiresAt: ({ madeAt }: DeployMark) => madeAt + keptMs,
  },
  transition: (
    mark: DeployMark | undefined,
    { mark: made }: MarkEvent,
    { now }: Pick<Circumstance, 'now'>,
  ): DeployMarkVerdict => (mark ? undefined : { record: { ...made, madeAt: now }, effects: [{ kind: 'annotate' }] }),
});
