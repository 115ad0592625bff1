import type { Person } from '../../../chat/contract';
import type { ReleaseThere } from '../../../core/release-acts';
import { defineWorkflow } from '../../../workflows';
import type { Change, Circumstance } from '../../../workflows';
import type { SkippedRule } from '../../deployments';

/** What an emergency deployment would skip, shown before it starts: a question to one person, which expires. */

export interface EmergencyPreview extends ReleaseThere {
  readonly owner: Person;
  readonly reason: string;
  /** What the owner saw last. */
  readonly shown: readonly SkippedRule[];
  readonly state: 'open' | 'started' | 'dismissed' | 'expired';
  /** The number of the deployment that it led to. */
  readonly number?: number;
  readonly openedAt: number;
  readonly correlationId: string;
  /** When it expires. */
  readonly wakeAt?: number | undefined;
}

export type PreviewEvent =
  | { readonly type: 'open'; readonly preview: Omit<EmergencyPreview, 'state' | 'wakeAt' | 'number'> }
  /** Other rules would be skipped now. */
  | { readonly type: 'show'; readonly shown: readonly SkippedRule[]; readonly reason: string }
  | { readonly type: 'started'; readonly number: number }
  | { readonly type: 'dismiss' }
  | { readonly type: 'time' };

/** Undefined: there is nothing to do. */
export type PreviewVerdict =
  Change<EmergencyPreview, { readonly kind: 'redraw'; readonly topic: 'redraw' }> | undefined;

/** After this time, the rules, the release and the people may have changed. */
const openForMs = 15 * 60_000;
const keptForMs = 24 * 3_600_000;
const redraw = { kind: 'redraw', topic: 'redraw' } as const;

export const previewWorkflow = defineWorkflow({
  name: 'emergency-previews',
  collection: {
    name: 'emergency-previews',
    schema: 1,
    indexes: {},
    // Answered questions are kept for late clicks.
    expiresAt: ({ state, openedAt }) => (state === 'open' ? undefined : openedAt + keptForMs),
  },
  transition: previewTransition,
  isOver: ({ state }) => state !== 'open',
});

export function previewTransition(
  preview: EmergencyPreview | undefined,
  event: PreviewEvent,
  { now }: Pick<Circumstance, 'now'>,
): PreviewVerdict {
  if (event.type === 'open')
    return preview ? undefined : { record: { ...event.preview, state: 'open', wakeAt: now + openForMs } };
  // A started deployment counts, whatever the question says.
  if (!preview || preview.state === 'started') return undefined;
  const ended = { wakeAt: undefined };
  if (event.type === 'started')
    return { record: { ...preview, ...ended, state: 'started', number: event.number }, effects: [redraw] };
  if (preview.state !== 'open') return undefined;
  const { wakeAt = now } = preview;
  switch (event.type) {
    case 'show':
      return { record: { ...preview, shown: event.shown, reason: event.reason } };
    case 'dismiss':
      return { record: { ...preview, ...ended, state: 'dismissed' }, effects: [redraw] };
    case 'time':
      // If a clock that was ahead set it, it would end later than it said.
      if (wakeAt > now)
        return wakeAt > now + openForMs ? { record: { ...preview, wakeAt: now + openForMs } } : undefined;
      return { record: { ...preview, ...ended, state: 'expired' }, effects: [redraw] };
  }
}
