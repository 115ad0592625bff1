import { defaultRetentionMs } from '../../core/catalog/retention';
import { defineWorkflow } from '../../workflows';
import type { Change, Circumstance } from '../../workflows';

type Context = Pick<Circumstance, 'now'>;

/** That the numbers of a run are sent. It's stored before them, because nothing tells whether they arrived. */
interface SentRun {
  readonly markedAt: number;
}

export const runFiguresWorkflow = defineWorkflow({
  name: 'run-figures',
  collection: {
    name: 'run-figures',
    schema: 1,
    indexes: {},
    // As long as the run itself may say again that it has ended.
    expiresAt: ({ markedAt }: SentRun) => markedAt + defaultRetentionMs('runs'),
  },
  transition: (
    mark: SentRun | undefined,
    _event: { readonly type: 'mark' },
    { now }: Context,
  ): Change<SentRun> | undefined => (mark ? undefined : { record: { markedAt: now } }),
});

/** When the numbers of source control are sent next. One record for all services, so that only the instance with its lease sends them. */
interface SourceFigures {
  readonly sentAt?: number;
  readonly wakeAt?: number | undefined;
}

type SourceFiguresEvent = { readonly type: 'begin' } | { readonly type: 'sent' } | { readonly type: 'unwanted' };

/** Each round reads the source of every service. */
export const sendEveryMs = 900_000;
/** How soon a connection of a changed catalog gets them. */
const lookEveryMs = 300_000;

export const sourceFiguresWorkflow = defineWorkflow({
  name: 'source-figures',
  collection: { name: 'source-figures', schema: 1, indexes: {} },
  transition(
    record: SourceFigures | undefined,
    { type }: SourceFiguresEvent,
    { now }: Context,
  ): Change<SourceFigures> | undefined {
    if (type === 'begin') return record ? undefined : { record: { wakeAt: now } };
    if (!record) return undefined;
    if (type === 'unwanted') return { record: { ...record, wakeAt: now + lookEveryMs } };
    return { record: { sentAt: now, wakeAt: now + sendEveryMs } };
  },
});
