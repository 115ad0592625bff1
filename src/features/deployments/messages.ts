import type { Destination, TextContent } from '../../chat/contract';
import { lookUp } from '../../core/look-up';
import { plainText } from '../../core/text';
import type { Stored } from '../../store/contract';
import type { Announcements } from '../announcements';
import type { FeatureDependencies } from '../contract';
import type { HealthReports } from '../health';
import type { CardMaker } from './cards';
import type { Deployment } from './contract';
import { approvalIdOf, isFinal, describeDeployment } from './record';
import { describeEnd, referenceOf } from './text';

/** What everybody sees of a deployment: its one card, one short reply at the end, the health card after it. */
export interface Messages {
  card(record: Stored<Deployment>): Promise<void>;
  reply(record: Stored<Deployment>): Promise<void>;
  health(record: Stored<Deployment>): Promise<void>;
}

/** Messages through the outbox, each under its own key, so that repeating one changes nothing. */
export function createMessages(
  { catalog, outbox }: FeatureDependencies,
  announcements: Announcements,
  health: HealthReports,
  cards: CardMaker,
): Messages {
  async function place({ service, environment, placeId, thread }: Deployment): Promise<Destination> {
    // Nobody else wants to hear of somebody's practice.
    const practice = lookUp(catalog().environments, environment)?.practice === true;
    const announced = practice ? undefined : await announcements.placeOf(service);
    return announced === undefined ? { to: 'place', placeId, thread } : { to: 'place', placeId: announced };
  }

  return {
    async card({ id, version, value }) {
      await outbox.put({
        key: cardKey(id),
        destination: await place(value),
        content: await cards.card(id, value, undefined),
        revision: version,
        final: isFinal(value),
        onBehalfOf: value.requester.id,
      });
    },
    async reply({ id, value }) {
      const below = value.approvedAt === undefined ? `approval:${approvalIdOf(id)}:place` : cardKey(id);
      const standsAlone = value.ended?.early && (await outbox.fate(below)) === undefined;
      await outbox.put({
        key: `deployment:${id}:end`,
        destination: standsAlone ? await place(value) : { to: 'thread of', messageKey: below },
        content: replyTo(value),
        revision: 1,
        final: true,
        onBehalfOf: value.requester.id,
      });
    },
    async health({ id, value }) {
      // Nothing is known of the health of what the catalog no longer has.
      if (!lookUp(catalog().services, value.service)) return;
      const reference = referenceOf(value);
      await outbox.put({
        key: `deployment:${id}:health`,
        destination: await place(value),
        content: await health.card(value.service, value.environment, undefined, reference),
        revision: 1,
        final: true,
      });
    },
  };
}

function cardKey(id: string): string {
  return `deployment:${id}:card`;
}

function replyTo(deployment: Deployment): TextContent {
  return {
    text: `@[0] ${plainText(describeDeployment(deployment), 200)}: ${describeEnd(deployment)}`,
    mentions: [deployment.requester],
  };
}
