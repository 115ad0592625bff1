import { ConnectorError } from '../../../core/errors';
import type { WebhookDelivery } from '../schema';
import { isUsedEvent } from './events';

/** GitHub sends each event once. What didn’t arrive, an App can ask for again, for three days. */

interface DeliveryCalls {
  /** The latest of them, newest first. */
  readonly deliveries: () => Promise<readonly WebhookDelivery[]>;
  readonly redeliver: (id: number) => Promise<void>;
}

/** A delivery that failed so often won’t arrive the next time either. */
const maxAttempts = 3;
/** Each is a call; the others come with the next round. */
const maxAtOnce = 50;

/** Asks for what never arrived, and says how many events those were. */
export async function askForLost({ deliveries, redeliver }: DeliveryCalls): Promise<number> {
  const lost = lostAmong(await deliveries()).slice(0, maxAtOnce);
  let asked = 0;
  for (const { id } of lost) {
    try {
      await redeliver(id);
      asked += 1;
    } catch (error) {
      // One that GitHub no longer has keeps none of the others.
      if (!(error instanceof ConnectorError) || !error.isFinal) throw error;
    }
  }
  return asked;
}

/** The last delivery of each event that Gavel uses and never got, oldest first. Pure. */
export function lostAmong(deliveries: readonly WebhookDelivery[]): WebhookDelivery[] {
  const byEvent = new Map<string, WebhookDelivery[]>();
  for (const each of deliveries.filter(({ event }) => isUsedEvent(event)))
    byEvent.set(each.guid, [...(byEvent.get(each.guid) ?? []), each]);
  return [...byEvent.values()]
    .filter((attempts) => !attempts.some(hasArrived) && attempts.length < maxAttempts)
    .flatMap((attempts) => attempts.toSorted((one, other) => other.id - one.id).slice(0, 1))
    .sort((one, other) => one.id - other.id);
}

const hasArrived = ({ status_code }: WebhookDelivery): boolean => status_code >= 200 && status_code < 400;
