import type { StoredEffect } from '../../workflows';
import type { NotificationChoice } from './contract';
import { newSubscriber, ruleOfChoice } from './record';
import type { Subscriber } from './record';

/** What was kept before there were rules. */
interface FirstSchema extends Pick<NotificationChoice, 'to' | 'services' | 'environments' | 'outcomes' | 'zone'> {
  readonly digest: boolean;
  readonly hours?: string;
  readonly held: readonly string[];
  readonly heard: readonly string[];
  readonly wakeAt?: number;
}

/** Reads a subscriber of an earlier schema forward. */
export function subscriberFromOlder(value: unknown, fromSchema: number): Subscriber {
  if (fromSchema !== 1) return value as Subscriber;
  const { to, services, environments, outcomes, digest, held, zone, ...kept } = value as FirstSchema;
  return {
    ...newSubscriber({ to, name: '', zone }),
    ...kept,
    rules: [ruleOfChoice({ services, environments, outcomes })],
    digest: digest ? 'daily' : 'none',
    held: held.length > 0 ? [{ groups: [], lines: held }] : [],
  };
}

/** Before messages had names of their own their keys were their names, and a tally was kept as text. */
export function effectFromOlder(effect: StoredEffect): StoredEffect {
  const { what = effect.key, revision = 1, tally, ...rest } = effect.detail ?? {};
  if (tally === undefined) return { ...effect, kind: 'say', detail: { ...rest, what, revision } };
  return {
    ...effect,
    kind: 'sum up',
    detail: { ...rest, topic: what, what, revision, tally: JSON.parse(String(tally)) as unknown },
  };
}
