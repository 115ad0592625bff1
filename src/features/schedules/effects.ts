import { contentOf, turnOnBehalfOf } from '../../chat/contract';
import type { Content, Turn } from '../../chat/contract';
import { mayAnywhere } from '../../core/catalog/rights';
import { idFrom } from '../../core/keys';
import { plainText } from '../../core/text';
import { describeMoment } from '../../core/time/clock';
import type { ActivityOf, EffectCall } from '../../workflows';
import type { FeatureDependencies, LaterTurns } from '../contract';
import type { ScheduleStore } from './store';
import type { RunEffect, Schedule, ScheduleVerdict } from './workflow';

interface RunParts {
  readonly deps: FeatureDependencies;
  readonly schedules: ScheduleStore;
  readonly runLine: LaterTurns['runLine'];
}

/** Later than this is said. */
const lateMs = 5 * 60_000;
const stopsAt: ReadonlySet<string> = new Set(['refused', 'not understood', 'asked back']);

/** Runs what is due. Done again after a crash it shows the same messages: whatever is timed only looks. */
export function scheduleEffects(parts: RunParts): ActivityOf<Schedule, ScheduleVerdict>['effects'] {
  return { run: (call) => runOnce(parts, call) };
}

async function runOnce(parts: RunParts, { id, value, effect }: EffectCall<Schedule, RunEffect>): Promise<void> {
  if (value.state === 'cancelled' || value.state === 'stopped') return;
  const { deps } = parts;
  const gone = await findWhyGone(deps, value);
  if (gone !== undefined) return stop(parts, id, value, gone);
  const late = describeDelay(value, effect);
  const key = `schedule:${id}:run:${effect.number}`;
  if ('remind' in value.does) {
    const who = value.does.remind === 'me' ? '@[0], you' : 'You';
    const text = `${who} wanted to be reminded: ${plainText(value.does.text, 500)}${late}`;
    return show(deps, key, value, { text, ...(value.does.remind === 'me' && { mentions: [value.person] }) });
  }
  let outcome = 'done';
  const reply = await parts.runLine(turnOf(id, value, effect), value.does.line, (ended) => (outcome = ended));
  if (stopsAt.has(outcome)) return stop(parts, id, value, describeStop(outcome, value));
  const content = contentOf(reply);
  if (!content) return;
  const lead = `**Schedule ${value.number}** of ${plainText(value.person.name, 60)}: \`${plainText(value.does.words, 200)}\`${late}`;
  await show(deps, `${key}:lead`, value, { text: lead });
  await show(deps, key, value, content);
}

/** Who may look at nothing any more, or has left the place, has nothing done in their name. */
async function findWhyGone({ catalog, isStillIn }: FeatureDependencies, value: Schedule): Promise<string | undefined> {
  const name = plainText(value.person.name, 60);
  if (!mayAnywhere(catalog(), value.person.id, 'view')) return `${name} can no longer view anything`;
  if (value.place.kind === 'personal' || !isStillIn || (await isStillIn(value.person.id, value.place.id)))
    return undefined;
  return `${name} is no longer here`;
}

function describeStop(outcome: string, { person }: Schedule): string {
  const name = plainText(person.name, 60);
  if (outcome === 'refused') return `it is refused to ${name} now: the right, or what it asks about, is gone`;
  return 'I no longer understand its line without a question';
}

/** It is not run, and that is said once. */
async function stop({ deps, schedules }: RunParts, id: string, value: Schedule, why: string): Promise<void> {
  const what = plainText('line' in value.does ? value.does.words : value.does.text, 200);
  await show(deps, `schedule:${id}:stopped`, value, {
    text: `@[0] **Schedule ${value.number} was not run and has ended** (${what}): ${why}. If you still want it, make a new one.`,
    mentions: [value.person],
  });
  await schedules.end(id, 'stopped');
}

async function show({ outbox }: FeatureDependencies, key: string, value: Schedule, content: Content): Promise<void> {
  const { place, thread } = value;
  await outbox.put({ key, destination: { to: 'place', placeId: place.id, thread }, content, revision: 1, final: true });
}

function describeDelay({ timeZone }: Schedule, { was, now }: RunEffect): string {
  if (!(now - was > lateMs)) return '';
  return ` (late: it was due at ${describeMoment(was, now, timeZone)}, when I was not running; what came after that is not made up for)`;
}

function turnOf(id: string, { person, place, thread }: Schedule, { number, now }: RunEffect): Turn {
  const correlationId = idFrom('schedule', id, `run:${number}`);
  return turnOnBehalfOf({ person, place, thread, trigger: 'typed', correlationId, receivedAt: now });
}
