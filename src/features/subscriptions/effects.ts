import type { Content, Destination } from '../../chat/contract';
import { idFrom } from '../../core/keys';
import type { ActivityOf } from '../../workflows';
import type { FeatureDependencies } from '../contract';
import { drawSummary } from './cards';
import type { Subscriber } from './record';
import type { SubscriberVerdict } from './workflow';

/** What the keys of notifications in the outbox begin with. */
export const messagePrefix = 'heard:';

/** The key of a subscriber's message in the outbox. */
export function messageKey(subscriberId: string, what: string): string {
  return `${messagePrefix}${idFrom('listener', subscriberId).slice(0, 12)}:${what}`;
}

export function destinationOf({ to }: Pick<Subscriber, 'to'>, id: string): Destination {
  return to === 'person' ? { to, personId: id } : { to, placeId: id };
}

/** Sends what a subscriber is told. */
export function subscriberEffects({
  clock,
  outbox,
}: FeatureDependencies): ActivityOf<Subscriber, SubscriberVerdict>['effects'] {
  const send = (
    { id, value }: { readonly id: string; readonly value: Subscriber },
    { what, revision }: { readonly what: string; readonly revision: number },
    content: Content,
  ): Promise<void> =>
    outbox.put({
      key: messageKey(id, what),
      destination: destinationOf(value, id),
      content,
      revision,
      final: true,
    });

  return {
    say: (call) => send(call, call.effect, { text: call.effect.text }),
    'sum up': (call) => {
      const { tally, why } = call.effect;
      return send(call, call.effect, drawSummary(tally, why, call.value.zone, clock.now()));
    },
  };
}
