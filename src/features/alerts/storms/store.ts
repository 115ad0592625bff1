import { plainText } from '../../../core/text';
import { describeWhen } from '../../../core/time/clock';
import { idFrom } from '../../../core/keys';
import type { Stored } from '../../../store/contract';
import { openWorkflow } from '../../../workflows';
import type { ActivityOf, EffectCall } from '../../../workflows';
import type { FeatureDependencies } from '../../contract';
import type { DeploymentHistory } from '../../health';
import type { Subscriptions } from '../../subscriptions';
import type { Alert } from '../record';
import type { AlertStore } from '../store';
import { stormCard } from './cards';
import { stormWorkflow } from './workflow';
import type { Storm, StormVerdict } from './workflow';

/** Counts what opens, and shows a storm as one card in each channel that it concerns. */

const sharedId = 'all';
const hourMs = 3_600_000;
/** For these services, the last change is looked up. */
const maxServices = 20;

interface StormParts {
  readonly deps: FeatureDependencies;
  readonly history: Pick<DeploymentHistory, 'marks'>;
  readonly subscriptions: Pick<Subscriptions, 'quietAt'>;
  /** Called only once a storm has begun. */
  readonly alerts: () => Pick<AlertStore, 'openedSince' | 'apply'>;
}

export function openStorms(parts: StormParts) {
  const { apply } = openWorkflow(parts.deps, stormWorkflow, (workflow): ActivityOf<Storm, StormVerdict> => ({
    effects: {
      card: (call) => showCard(parts, call),
      async release({ value }) {
        for (const { id } of await heldBack(parts, value)) await parts.alerts().apply(id, { type: 'release' });
      },
    },
    wake: async ({ id }) => void (await workflow.apply(id, { type: 'time' }, {})),
    wakesWithinMs: () => hourMs,
  }));
  return {
    /** One more alert opens; whether the storm shows it instead of a card of its own. */
    async noteOpening(placeId: string | undefined): Promise<boolean> {
      const { stored } = await apply(sharedId, { type: 'open', placeId }, {});
      return stored?.value.state === 'storm';
    },
  };
}

async function heldBack({ alerts }: StormParts, { since }: Storm): Promise<readonly Stored<Alert>[]> {
  return (await alerts().openedSince(since)).filter(({ value }) => value.heldBack);
}

async function showCard(parts: StormParts, { version, value: storm }: EffectCall<Storm, object>): Promise<void> {
  const { deps, alerts, subscriptions } = parts;
  const { outbox, clock, catalog, systems } = deps;
  const now = clock.now();
  const { timeZone } = catalog();
  const opened = (await alerts().openedSince(storm.since)).map(({ value }) => value);
  const lastChange = await describeLastChange(parts, opened, now, timeZone);
  for (const placeId of storm.placeIds) {
    const id = idFrom('storm', String(storm.number), placeId);
    const key = `storm:${id}`;
    const isPosted = (await outbox.fate(key)) !== undefined;
    if (!isPosted && (await isQuietAbout(subscriptions, placeId, opened))) continue;
    await outbox.put({
      key,
      destination: { to: 'place', placeId },
      content: stormCard({ id, storm, alerts: opened, lastChange, systems, timeZone, now }),
      revision: version,
      final: storm.state === 'calm',
      tryFor: 'a day',
    });
  }
}

/** Whether a channel wants to hear nothing of all these now. */
async function isQuietAbout(
  { quietAt }: StormParts['subscriptions'],
  placeId: string,
  opened: readonly Alert[],
): Promise<boolean> {
  const subjects = new Map(
    opened.map(({ service, environment, severity }) => [
      `${service}/${environment}/${severity}`,
      { service, environment, severity },
    ]),
  );
  for (const subject of subjects.values()) if (!(await quietAt(placeId, subject))) return false;
  return true;
}

/** `shop 2.14.0 in production at 14:10`; empty if nothing changed in the last hour. */
async function describeLastChange(
  { deps, history }: StormParts,
  opened: readonly Alert[],
  now: number,
  timeZone: string,
): Promise<string> {
  const targets = new Map(
    opened.map(({ service, environment }) => [`${service}/${environment}`, { service, environment }]),
  );
  const changes = await Promise.all(
    [...targets.values()].slice(0, maxServices).map(async ({ service, environment }) => {
      const marks = await history.marks(service, environment, now - hourMs).catch((error: unknown) => {
        deps.logger.warn({ error, service }, 'The changes before a storm could not be read');
        return [];
      });
      return marks.map((mark) => ({ ...mark, service, environment }));
    }),
  );
  const [last] = changes.flat().sort((one, other) => other.at - one.at);
  if (!last) return '';
  return `${plainText(last.service, 40)} ${plainText(last.version, 40)} in ${plainText(last.environment, 40)} ${describeWhen(last.at, now, timeZone)}`;
}
