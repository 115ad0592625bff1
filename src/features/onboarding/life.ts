import { steps } from './record';
import type { Onboarding, Step, Wishes } from './record';

/** What becomes of somebody's onboarding: pure, so that every case stands in a table. */

export type Moved =
  | { readonly kind: 'answered'; readonly step: Step; readonly wishes: Wishes }
  | { readonly kind: 'skipped'; readonly step: Step }
  | { readonly kind: 'missed'; readonly step: Step }
  | { readonly kind: 'back'; readonly step: Step }
  | { readonly kind: 'change'; readonly step: Step }
  | { readonly kind: 'begun' }
  | { readonly kind: 'listens' }
  | { readonly kind: 'left' }
  | { readonly kind: 'welcomed' }
  | { readonly kind: 'practised'; readonly deploymentId: string; readonly well: boolean };

const afterWelcomeMs = 2_000;

/** Which questions make sense for this person now. */
export type Asked = (step: Step, wishes: Wishes) => boolean;

/** The record after it; undefined when it changes nothing, such as the second answer to one question. */
export function moved(record: Onboarding, event: Moved, now: number, asked: Asked): Onboarding | undefined {
  if ('step' in event && event.kind !== 'change' && event.step !== record.step) return undefined;
  const at = { ...record, changedAt: now };
  switch (event.kind) {
    case 'answered':
      return onward({ ...at, wishes: { ...record.wishes, ...event.wishes } }, now, asked);
    case 'skipped':
      return onward(at, now, asked);
    case 'missed':
      return { ...at, misses: record.misses + 1 };
    case 'back':
      return { ...at, misses: 0, step: before(record, asked) };
    case 'change':
      return { ...at, misses: 0, step: event.step, ...(record.finishedAt !== undefined && { single: true }) };
    case 'begun':
      return begun(at, now);
    case 'listens':
      return { ...at, listensSince: now };
    case 'left':
      return { ...at, listensSince: undefined };
    case 'welcomed':
      // After the welcome itself, which is posted at once.
      return record.checklistAt === undefined
        ? withEffect({ ...record, checklistAt: now }, 'checklist', now + afterWelcomeMs)
        : undefined;
    case 'practised':
      return practised(at, event, now);
  }
}

/** What was begun goes on where it stopped; what is over begins anew, with the old answers offered. */
function begun(record: Onboarding, now: number): Onboarding {
  if (record.step !== 'done' && !record.single) return { ...record, listensSince: now };
  const { single: _single, ...whole } = record;
  return { ...whole, step: 'work', misses: 0, round: record.round + 1, listensSince: now };
}

function onward(record: Onboarding, now: number, asked: Asked): Onboarding {
  const { single, ...rest } = record;
  const follows = record.step === 'zone' || next(record, asked) === 'rights' || single === true;
  const step = single ? 'done' : next(record, asked);
  const after: Onboarding = { ...rest, misses: 0, step, ...(step === 'done' && over(now)) };
  return follows ? withEffect(after, 'follow', now) : after;
}

/** With the last answer the dialog ends as well. */
const over = (now: number) => ({ finishedAt: now, listensSince: undefined });

function practised(
  record: Onboarding,
  { deploymentId, well }: { readonly deploymentId: string; readonly well: boolean },
  now: number,
): Onboarding | undefined {
  if (record.step !== 'practice' || record.practised === deploymentId) return undefined;
  if (!well) return withEffect(record, `tell:${deploymentId}`, now);
  const done: Onboarding = { ...record, step: 'done', ...over(now), practised: deploymentId };
  return withEffect(done, 'praise', now);
}

function next({ step, wishes }: Onboarding, asked: Asked): Step | 'done' {
  const later = steps.slice(step === 'done' ? steps.length : steps.indexOf(step) + 1);
  return later.find((each) => asked(each, wishes)) ?? 'done';
}

function before({ step, wishes }: Onboarding, asked: Asked): Step {
  const earlier = steps.slice(0, step === 'done' ? steps.length : steps.indexOf(step));
  return earlier.reverse().find((each) => asked(each, wishes)) ?? 'work';
}

function withEffect(record: Onboarding, kind: string, now: number): Onboarding {
  const number = record.effectsMade + 1;
  const effect = { key: `${number}:${kind}`, kind, attempts: 0, dueAt: now };
  return { ...record, effectsMade: number, pending: [...record.pending, effect] };
}

/** `Step 3 of 7`, counting what this person is asked. */
export function progressWords({ step, wishes, single }: Onboarding, asked: Asked): string {
  if (step === 'done' || single) return '';
  const all = steps.filter((each) => each === step || asked(each, wishes));
  return `Step ${all.indexOf(step) + 1} of ${all.length}`;
}
