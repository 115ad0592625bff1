import { contentOf, turnOnBehalfOf } from '../../chat/contract';
import type { Content } from '../../chat/contract';
import { mayAnywhere } from '../../core/catalog/rights';
import { ConflictError } from '../../core/errors';
import { idFrom } from '../../core/keys';
import { plainText } from '../../core/text';
import { describeMoment } from '../../core/time/clock';
import { openWorkflow } from '../../workflows';
import type { ActivityOf, EffectCall } from '../../workflows';
import type { FeatureDependencies, LaterTurns } from '../contract';
import { nextMoment, scheduleWorkflow } from './workflow';
import type { RunEffect, Schedule, ScheduleVerdict } from './workflow';

export type ScheduleStore = ReturnType<typeof createScheduleStore>;

/** Keeps what is planned, and runs what is due. Done again after a crash it shows the same messages: whatever is timed only looks. */
export function createScheduleStore(deps: FeatureDependencies, runLine: LaterTurns['runLine']) {
  const { clock } = deps;
  const effects: ActivityOf<Schedule, ScheduleVerdict>['effects'] = {
    async run(call) {
      const why = await runOnce(deps, runLine, call);
      if (why === undefined) return;
      const { id, value } = call;
      const what = plainText('line' in value.does ? value.does.words : value.does.text, 200);
      await show(deps, `schedule:${id}:stopped`, value, {
        text: `@[0] **Schedule ${value.number} was not run and has ended** (${what}): ${why}. If you still want it, make a new one.`,
        mentions: [value.person],
      });
      await end(id, 'stopped');
    },
  };
  const { apply, records } = openWorkflow(deps, scheduleWorkflow, (workflow) => ({
    effects,
    wake: async ({ id }) => void (await workflow.apply(id, { type: 'time' }, {})),
    wakesWithinMs(schedule) {
      const now = clock.now();
      const next = nextMoment(schedule, now);
      return next === undefined ? undefined : next - now;
    },
  }));

  /** Whether this ended it. */
  async function end(id: string, state: 'cancelled' | 'stopped'): Promise<boolean> {
    return (await apply(id, { type: 'end', state }, {})).changed;
  }

  return {
    records,
    end,
    /** Keeps a new schedule under the next free number; the one that is kept under this id already, if there is one. */
    async make(id: string, schedule: Omit<Schedule, 'number'>): Promise<Schedule> {
      for (;;) {
        const [last] = (await records.find({ orderBy: 'number', descending: true, limit: 1 })).items;
        const numbered = { ...schedule, number: (last?.value.number ?? 0) + 1 };
        try {
          const { stored } = await apply(id, { type: 'make', schedule: numbered }, {});
          return stored?.value ?? numbered;
        } catch (error) {
          // Somebody was faster with this number.
          if (!(error instanceof ConflictError)) throw error;
        }
      }
    },
  };
}

/** Later than this is said. */
const lateMs = 5 * 60_000;

/** Why it isn't run and ends; undefined: it was run, or it has ended already. */
async function runOnce(
  deps: FeatureDependencies,
  runLine: LaterTurns['runLine'],
  { id, value, effect }: EffectCall<Schedule, RunEffect>,
): Promise<string | undefined> {
  const { person, place, thread, does, state } = value;
  if (state === 'cancelled' || state === 'stopped') return undefined;
  const gone = await findWhyGone(deps, value);
  if (gone !== undefined) return gone;
  const { number, was, now } = effect;
  const late =
    now - was > lateMs
      ? ` (late: it was due at ${describeMoment(was, now, value.timeZone)}, when I was not running; what came after that is not made up for)`
      : '';
  const key = `schedule:${id}:run:${number}`;
  if ('remind' in does) {
    const who = does.remind === 'me' ? '@[0], you' : 'You';
    const text = `${who} wanted to be reminded: ${plainText(does.text, 500)}${late}`;
    await show(deps, key, value, { text, ...(does.remind === 'me' && { mentions: [person] }) });
    return undefined;
  }
  let outcome = 'done';
  const correlationId = idFrom('schedule', id, `run:${number}`);
  const turn = turnOnBehalfOf({ person, place, thread, trigger: 'typed', correlationId, receivedAt: now });
  const reply = await runLine(turn, does.line, (ended) => (outcome = ended));
  const name = plainText(person.name, 60);
  if (outcome === 'refused') return `it is refused to ${name} now: the right, or what it asks about, is gone`;
  if (outcome === 'not understood' || outcome === 'asked back')
    return 'I no longer understand its line without a question';
  const content = contentOf(reply);
  if (!content) return undefined;
  const text = `**Schedule ${value.number}** of ${name}: \`${plainText(does.words, 200)}\`${late}`;
  await show(deps, `${key}:lead`, value, { text });
  await show(deps, key, value, content);
  return undefined;
}

/** Who may look at nothing any more, or has left the place, has nothing done in their name. */
async function findWhyGone({ catalog, isStillIn }: FeatureDependencies, value: Schedule): Promise<string | undefined> {
  const name = plainText(value.person.name, 60);
  if (!mayAnywhere(catalog(), value.person.id, 'view')) return `${name} can no longer view anything`;
  if (value.place.kind === 'personal' || !isStillIn || (await isStillIn(value.person.id, value.place.id)))
    return undefined;
  return `${name} is no longer here`;
}

async function show({ outbox }: FeatureDependencies, key: string, value: Schedule, content: Content): Promise<void> {
  const { place, thread } = value;
  await outbox.put({ key, destination: { to: 'place', placeId: place.id, thread }, content, revision: 1, final: true });
}
