import type { CardContent, Content, Person } from '../../chat/contract';
import { everything, mayEverywhere } from '../../core/catalog/rights';
import { lookUp } from '../../core/keys';
import { defineWorkflow, openWorkflow } from '../../workflows';
import type { ActivityOf, Change, Circumstance, StoredEffect } from '../../workflows';
import { showPerson, tellPerson } from '../contract';
import type { FeatureDependencies } from '../contract';
import type { Deployments } from '../deployments';
import { drawSettings, settingsTopic } from './cards';
import { readFacts } from './facts';

/** A person's progress through the first questions, and their choices. The record is the truth; the dialog only asks for it. */

export const steps = ['work', 'services', 'when', 'hours', 'zone', 'rights', 'practice'] as const;
/** The questions of the guide, and those that only `settings` asks. */
export const allSteps = [...steps, 'mentions'] as const;
export type Step = (typeof allSteps)[number];
export type Work = 'ship' | 'decide' | 'run' | 'look';
/** When somebody is mentioned at the end of a deployment that they requested. */
export type Mentions = 'failures' | 'always';
export type Timing = 'at once' | 'digest' | 'only when I ask';

/** What somebody wants to be told, and how. */
export interface Wishes {
  readonly work?: Work;
  /** Empty: none. */
  readonly services?: readonly string[];
  readonly when?: Timing;
  /** `22:00-07:00`, or `none`. */
  readonly hours?: string;
  /** IANA: `Europe/Berlin`. */
  readonly zone?: string;
  readonly mentions?: Mentions;
}

export interface Onboarding {
  readonly person: Person;
  /** The personal chat, once the person wrote or clicked there. */
  readonly placeId: string;
  readonly step: Step | 'done';
  /** Only this question should be asked again, from `settings`. */
  readonly single?: true;
  readonly wishes: Wishes;
  /** The number of wrong answers to this question so far. */
  readonly misses: number;
  /** How often it was begun, so that the keys of its effects differ each time. */
  readonly round: number;
  /** Whether the dialog listens, as far as this instance knows, and since when. */
  readonly listensSince?: number | undefined;
  readonly startedAt: number;
  readonly changedAt: number;
  readonly finishedAt?: number;
  /** When this admin was welcomed; the checklist follows once. */
  readonly checklistAt?: number;
  /** The practice deployment that succeeded. */
  readonly practised?: string;
  readonly wakeAt?: number | undefined;
}

export type OnboardingEvent =
  | { readonly type: 'answer'; readonly step: Step; readonly wishes: Wishes }
  /** `change`: ask this question again. */
  | { readonly type: 'skip' | 'miss' | 'back' | 'change'; readonly step: Step }
  | { readonly type: 'begin' | 'listen' | 'leave' | 'welcome' | 'time' }
  | { readonly type: 'practice'; readonly deploymentId: string; readonly succeeded: boolean };

/** Which questions make sense for this person now. */
export type IsAsked = (step: Step, wishes: Wishes) => boolean;

interface OnboardingContext {
  readonly person: Person;
  /** Their personal chat; empty if it isn't known here. */
  readonly placeId: string;
  readonly isAsked: IsAsked;
}

/** `follow`: the choices apply from now on. */
type OnboardingEffect =
  { readonly kind: 'follow' | 'praise' | 'checklist' } | { readonly kind: 'tell'; readonly deploymentId: string };

type OnboardingChange = Change<Onboarding, OnboardingEffect>;
type Context = OnboardingContext & Pick<Circumstance, 'now'>;

/** The checklist comes after the welcome itself, which is posted at once. */
const afterWelcomeMs = 2_000;

export const onboardingWorkflow = defineWorkflow({
  name: 'onboarding',
  collection: { name: 'onboarding', schema: 2, upgradeEffect: effectFromFirstSchema, indexes: {} },
  transition: onboardingTransition,
});

export function newOnboarding(person: Person, placeId: string, now: number): Onboarding {
  return { person, placeId, step: 'work', wishes: {}, misses: 0, round: 1, startedAt: now, changedAt: now };
}

/** Undefined if nothing changes, for example because of the second answer to one question. */
function onboardingTransition(
  known: Onboarding | undefined,
  event: OnboardingEvent,
  context: Context,
): OnboardingChange | undefined {
  if (!known && (event.type === 'practice' || event.type === 'time')) return undefined;
  const record = known ?? newOnboarding(context.person, context.placeId, context.now);
  const change = decide(record, event, context);
  if (!change) return known ? undefined : { record };
  return context.placeId === '' ? change : { ...change, record: { ...change.record, placeId: context.placeId } };
}

function decide(record: Onboarding, event: OnboardingEvent, context: Context): OnboardingChange | undefined {
  if ('step' in event && event.type !== 'change' && event.step !== record.step) return undefined;
  const { now, isAsked } = context;
  const changed = { ...record, changedAt: now };
  switch (event.type) {
    case 'answer':
      return moveOn({ ...changed, wishes: { ...record.wishes, ...event.wishes } }, context);
    case 'skip':
      return moveOn(changed, context);
    case 'miss':
      return { record: { ...changed, misses: record.misses + 1 } };
    case 'back':
      return { record: { ...changed, misses: 0, step: stepBefore(record, isAsked) } };
    case 'change': {
      const isAlone = record.finishedAt !== undefined || event.step === 'mentions';
      const single = isAlone && { single: true as const };
      return { record: { ...changed, misses: 0, step: event.step, ...single } };
    }
    case 'begin':
      return { record: begin(changed, now) };
    case 'listen':
      return { record: { ...changed, listensSince: now } };
    case 'leave':
      return { record: { ...changed, listensSince: undefined } };
    case 'welcome':
      return record.checklistAt === undefined
        ? { record: { ...record, checklistAt: now, wakeAt: now + afterWelcomeMs } }
        : undefined;
    case 'time':
      return record.wakeAt === undefined
        ? undefined
        : { record: { ...record, wakeAt: undefined }, effects: [{ kind: 'checklist' }] };
    case 'practice':
      return finishPractice(changed, event, now);
  }
}

/** An unfinished guide continues where it stopped; a finished one starts again, with the old answers as defaults. */
function begin(record: Onboarding, now: number): Onboarding {
  if (record.step !== 'done' && !record.single) return { ...record, listensSince: now };
  const { single: _single, ...whole } = record;
  return { ...whole, step: 'work', misses: 0, round: record.round + 1, listensSince: now };
}

function moveOn(record: Onboarding, { now, isAsked }: Context): OnboardingChange {
  const { single, ...rest } = record;
  const next = stepAfter(record, isAsked);
  const follows = record.step === 'zone' || next === 'rights' || single === true;
  const step = single ? 'done' : next;
  return {
    record: { ...rest, misses: 0, step, ...(step === 'done' && finish(now)) },
    effects: follows ? [{ kind: 'follow' }] : [],
  };
}

/** With the last answer, the dialog ends, too. */
const finish = (now: number) => ({ finishedAt: now, listensSince: undefined });

function finishPractice(
  record: Onboarding,
  { deploymentId, succeeded }: Extract<OnboardingEvent, { type: 'practice' }>,
  now: number,
): OnboardingChange | undefined {
  if (record.step !== 'practice' || record.practised === deploymentId) return undefined;
  if (!succeeded) return { record, effects: [{ kind: 'tell', deploymentId }] };
  const done: Onboarding = { ...record, step: 'done', ...finish(now), practised: deploymentId };
  return { record: done, effects: [{ kind: 'praise' }] };
}

function stepAfter({ step, wishes }: Onboarding, isAsked: IsAsked): Step | 'done' {
  const later = step === 'done' ? [] : allSteps.slice(allSteps.indexOf(step) + 1);
  return later.find((each) => isAsked(each, wishes)) ?? 'done';
}

function stepBefore({ step, wishes }: Onboarding, isAsked: IsAsked): Step {
  const earlier = step === 'done' ? allSteps : allSteps.slice(0, allSteps.indexOf(step));
  return earlier.findLast((each) => isAsked(each, wishes)) ?? 'work';
}

/** The first schema stored a deployment in the kind of an effect. */
function effectFromFirstSchema(effect: StoredEffect): StoredEffect {
  if (!effect.kind.startsWith('tell:')) return effect;
  return { ...effect, kind: 'tell', detail: { deploymentId: effect.kind.slice('tell:'.length) } };
}

interface EffectParts {
  readonly deployments: Pick<Deployments, 'find' | 'onEnd'>;
  /** Applies the choices; harmless if repeated. */
  readonly follow: (record: Onboarding) => Promise<void>;
  readonly readChecklist: () => Promise<CardContent>;
}

/** People's progress through the first questions, as stored. */
export type OnboardingStore = ReturnType<typeof createOnboardingStore>;

export function createOnboardingStore(deps: FeatureDependencies, parts: EffectParts) {
  const { catalog, clock } = deps;
  const contextOf = (person: Person, placeId = ''): OnboardingContext => ({
    person,
    placeId,
    isAsked: readFacts(catalog(), person).isAsked,
  });
  const { apply, records } = openWorkflow(deps, onboardingWorkflow, (opened) => ({
    effects: onboardingEffects(deps, parts),
    wake: async ({ id, value }) => void (await opened.apply(id, { type: 'time' }, contextOf(value.person))),
    wakesWithinMs: () => afterWelcomeMs,
  }));

  parts.deployments.onEnd(async (deploymentId, { requester, environment, state, kind }) => {
    if (kind !== 'deploy' || lookUp(catalog().environments, environment)?.practice !== true) return;
    const event = { type: 'practice', deploymentId, succeeded: state === 'succeeded' } as const;
    await apply(requester.id, event, contextOf(requester));
  });

  return {
    find: async (personId: string) => (await records.get(personId))?.value,
    /** Creates a record if there is none. `placeId` is the personal chat; empty if it isn't known. */
    async apply(person: Person, placeId: string, event: OnboardingEvent): Promise<Onboarding> {
      const { stored } = await apply(person.id, event, contextOf(person, placeId));
      return stored?.value ?? newOnboarding(person, placeId, clock.now());
    },
    remove: (personId: string) => records.remove(personId),
  };
}

/** The effects of answers, and a message when the practice deployment has ended. */
function onboardingEffects(
  deps: FeatureDependencies,
  { deployments, follow, readChecklist }: EffectParts,
): ActivityOf<Onboarding, OnboardingChange | undefined>['effects'] {
  const { catalog, clock } = deps;
  const tell = ({ id, key }: { readonly id: string; readonly key: string }, content: Content): Promise<void> =>
    tellPerson(deps, id, key, content);

  return {
    follow: ({ value }) => follow(value),

    async checklist(call) {
      // The right may have been lost since the welcome.
      if (mayEverywhere(catalog(), call.id, 'admin', everything)) await tell(call, await readChecklist());
    },

    async praise(call) {
      const facts = readFacts(catalog(), call.value.person);
      const notice = 'Your practice deployment is verified. That’s the whole flow, from request to verification.';
      const reference = call.value.practised?.slice(0, 8) ?? '-';
      const card = drawSettings(call.value, { facts, notice, now: clock.now(), reference });
      const { person } = call.value;
      await showPerson(deps, { person, reference }, call.key, { ...card, about: settingsTopic(call.id) });
    },

    async tell(call) {
      const found = await deployments.find(call.effect.deploymentId);
      const label = found ? `D-${found.deployment.number}` : 'deployment';
      await tell(call, {
        text: `**Your practice deployment didn’t complete.** The ${label} card says why. Nobody was affected. Type \`onboarding\` to try again.`,
      });
    },
  };
}
