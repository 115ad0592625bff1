import { keepRecent } from '../../core/keep-recent';
import { ConflictError } from '../../core/errors';
import type { Logger } from '../../core/telemetry/logger';
import type { Clock } from '../../core/time/clock';
import type { Collection, Store } from '../../store/contract';
import type { HandledLine } from './edits';

/** Who handles a delivered message. A claim is taken over when the process that had it has died. */

/** A message that was delivered; answered unless it is in work. */
export interface DeliveredMessage {
  readonly at: number;
  readonly inWork?: Claim;
  /** How a typed line ended, for when it is changed. */
  readonly heard?: HandledLine;
}

export interface Claim {
  readonly owner: string;
  readonly until: number;
  readonly tries: number;
}

interface Claims {
  /** `mine`: this process handles it now. */
  take(id: string): Promise<'mine' | 'answered' | 'in work elsewhere'>;
  /** A claim of this process that holds from now on. */
  renew(tries: number): Claim;
}

interface ClaimsOptions {
  readonly deliveries: Collection<DeliveredMessage>;
  readonly presence: Store['presence'];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly owner: string;
  readonly leaseMs: number;
}

/** What a living process renews each third of the lease has been renewed by then. */
const renewedWithin = 0.4;
/** A lease that a clock ahead of ours has dated is over when nobody has renewed it for nearly as long as it lasts. */
const surelyOver = 0.9;
const maxSeen = 1_000;
/** A message that has ended its process so often would end the next one too. */
const maxTries = 3;

export function createClaims({ deliveries, presence, clock, logger, owner, leaseMs }: ClaimsOptions): Claims {
  /** When this process first saw a claim of somebody else as it still is. */
  const seen = new Map<string, { readonly claim: string; readonly at: number }>();

  const renew = (tries: number): Claim => ({ owner, until: clock.now() + leaseMs, tries });

  /** Whether whoever had it has died. Clocks differ and are set, so that nobody has renewed it has to be seen too. */
  function isOver(id: string, { owner: holder, until }: Claim): boolean {
    if (presence?.hasEnded(holder) === true) return true;
    const claim = `${holder} ${until}`;
    const known = seen.get(id);
    const since = known?.claim === claim ? known.at : clock.elapsed();
    keepRecent(seen, id, { claim, at: since }, maxSeen);
    return clock.elapsed() - since >= leaseMs * (until <= clock.now() ? renewedWithin : surelyOver);
  }

  return {
    renew,
    async take(id) {
      try {
        await deliveries.insert(id, { at: clock.now(), inWork: renew(1) });
        return 'mine';
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
      }
      const before = (await deliveries.get(id))?.value.inWork;
      // What this very process began it has also answered; only that could not be written down.
      if (!before || before.owner === owner) return 'answered';
      if (!isOver(id, before)) return 'in work elsewhere';
      if (before.tries >= maxTries) {
        logger.error({ delivery: id, tries: before.tries }, 'A message has ended several processes and is given up');
        return 'answered';
      }
      const after = await deliveries.update(id, (delivery) =>
        delivery.inWork?.owner === before.owner ? { ...delivery, inWork: renew(before.tries + 1) } : undefined,
      );
      return after?.changed === true ? 'mine' : 'in work elsewhere';
    },
  };
}
