import type { Annotation } from '../../connectors/contract';
import { defineWorkflow } from '../../workflows';
import type { Change, Circumstance } from '../../workflows';

/** One deploy mark, until the outside systems have it. */
export interface Mark {
  readonly service: string;
  readonly environment: string;
  readonly annotation: Annotation;
  readonly madeAt: number;
}

interface MarkEvent {
  readonly type: 'make';
  readonly mark: Omit<Mark, 'madeAt'>;
}

/** Undefined: it is made already. */
export type MarkVerdict = Change<Mark, { readonly kind: 'annotate' }> | undefined;

/** Longer than a deployment can say again that it has started or ended. */
const keptMs = 7 * 86_400_000;

export const markWorkflow = defineWorkflow({
  name: 'deploy-marks',
  collection: {
    name: 'deploy-marks',
    schema: 1,
    indexes: {},
    expiresAt: ({ madeAt }: Mark) => madeAt + keptMs,
  },
  transition: (mark: Mark | undefined, { mark: made }: MarkEvent, { now }: Pick<Circumstance, 'now'>): MarkVerdict =>
    mark ? undefined : { record: { ...made, madeAt: now }, effects: [{ kind: 'annotate' }] },
});
