import { ConflictError } from '../../core/errors';
import { keepRecent } from '../../core/keys';
import type { Logger } from '../../core/telemetry/logger';
import type { Clock } from '../../core/time/clock';
import type { Collection, Store } from '../../store/contract';

/** Chat tools deliver the same message more than once, to any instance. The inbox handles it once, even if the process that began dies. */
export type Inbox = ReturnType<typeof createInbox>;

interface InboxOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Different for each process and each start. */
  readonly owner: string;
  /** How long a claim stays valid after its process dies, if the store can't tell that it died; 10000 by default. */
  readonly leaseMs?: number;
}

/** Longer than any chat tool keeps redelivering. */
const rememberedMs = 15 * 60_000;
/** Shorter than the 15 s after which Teams delivers again, longer than any pause of a live process. */
const usualLeaseMs = 10_000;
/** How long a repeated delivery waits for the first one; after that, Teams gets a success. */
const maxWaitMs = 10_000;
const lookEachMs = 100;

export function createInbox({ store, clock, logger, owner, leaseMs = usualLeaseMs }: InboxOptions) {
  const deliveries = store.collection<DeliveredMessage>({
    name: 'inbound',
    schema: 1,
    indexes: {},
    queries: [],
    expiresAt: (delivery) => delivery.at + rememberedMs,
  });
  store.presence?.announce(owner);
  const inWorkHere = new Map<string, Promise<unknown>>();
  const { handle, answer, marks } = createHandling({ deliveries, store, clock, logger, owner, leaseMs });

  return {
    /**
     * Runs `work` for the first delivery. Another delivery waits while any instance handles the message, takes over if that process has died, and does
     * nothing if the message was answered. Resolves to whether this call did the work; rejects if `work` does.
     */
    async once(placeId: string, activityId: string, work: () => Promise<HandledLine | void>): Promise<boolean> {
      const id = `${placeId} ${activityId}`;
      const begun = inWorkHere.get(id);
      if (begun) {
        // The delivery that began it reports the failure.
        await begun.catch(() => undefined);
        return false;
      }
      const line = async (): Promise<HandledEnd> => {
        const heard = await work();
        return heard ? { heard } : {};
      };
      const result = handle(id, line).finally(() => inWorkHere.delete(id));
      inWorkHere.set(id, result);
      return result;
    },
    /**
     * Like `once`, but every delivery gets the answer of the first, even after the process that gave it has died. Undefined if the answer is lost. `key`
     * identifies the question within this place; the answer is plain JSON.
     */
    answerOnce<Answer extends object>(
      placeId: string,
      key: string,
      work: () => Promise<Answer>,
    ): Promise<Answer | undefined> {
      const id = `${placeId} ${key}`;
      const begun = inWorkHere.get(id) as Promise<Answer | undefined> | undefined;
      if (begun) return begun;
      const result = answer(id, work).finally(() => inWorkHere.delete(id));
      inWorkHere.set(id, result);
      return result;
    },
    /** Decides what happens to an edited line. Waits for the first answer to it if that is in progress here. */
    async judgeEdit(placeId: string, activityId: string, personId: string, line: string): Promise<EditVerdict> {
      const id = `${placeId} ${activityId}`;
      await inWorkHere.get(id)?.catch(() => undefined);
      await Promise.all(marks);
      const now = clock.now();
      const found = await deliveries.update(id, (delivery) => {
        if (!delivery.heard) return undefined;
        const heard = applyEdit(delivery.heard, { personId, line, afterMs: now - delivery.at });
        return heard === delivery.heard ? undefined : { ...delivery, heard };
      });
      const edit = found?.value.heard?.edit;
      return edit?.line === line && found?.value.heard?.personId === personId ? edit.verdict : 'nothing';
    },
    /** Resolves when everything that was done here is recorded. */
    idle: () => Promise.all(marks),
  };
}

/** Does the work for a delivery and records that it is done. */
function createHandling(options: ClaimsOptions) {
  const { deliveries, logger, owner, leaseMs } = options;
  const claims = createClaims(options);
  const marks = new Set<Promise<void>>();

  async function change(id: string, inWork: (now: Claim) => Claim | undefined, end: HandledEnd = {}) {
    try {
      await deliveries.update(id, (delivery) =>
        delivery.inWork?.owner === owner ? { ...delivery, ...end, inWork: inWork(delivery.inWork) } : undefined,
      );
    } catch (error) {
      logger.warn({ error, delivery: id }, 'The progress of a message could not be saved');
    }
  }

  /**
   * Renews the claim during the work. Whatever the outcome, the person is told and the work isn't repeated. Recording it doesn't delay the answer: the
   * chat tool redelivers what isn't answered, so a fast answer matters most.
   */
  async function carryOut(id: string, work: () => Promise<HandledEnd>): Promise<void> {
    let end: HandledEnd = {};
    const renewal = setInterval(() => void change(id, ({ tries }) => claims.renew(tries)), leaseMs / 3);
    try {
      end = await work();
    } finally {
      clearInterval(renewal);
      const mark = change(id, () => undefined, end).finally(() => marks.delete(mark));
      marks.add(mark);
    }
  }

  async function handle(id: string, work: () => Promise<HandledEnd>): Promise<boolean> {
    for (let waitedMs = 0; waitedMs < maxWaitMs; waitedMs += lookEachMs) {
      const found = await claims.take(id);
      if (found === 'answered') return false;
      if (found === 'mine') {
        await carryOut(id, work);
        return true;
      }
      await new Promise((resolve) => setTimeout(resolve, lookEachMs));
    }
    return false;
  }

  async function answer<Answer extends object>(id: string, work: () => Promise<Answer>): Promise<Answer | undefined> {
    let given: Answer | undefined;
    if (await handle(id, async () => ({ answer: (given = await work()) }))) return given;
    await Promise.all(marks);
    return (await deliveries.get(id))?.value.answer as Answer | undefined;
  }

  return { handle, answer, marks };
}

/** Decides who handles a delivered message. A claim is taken over if its process has died. */

/** A delivered message. It was answered, unless it is in progress. */
interface DeliveredMessage extends HandledEnd {
  readonly at: number;
  readonly inWork?: Claim;
}

interface HandledEnd {
  /** How a typed line ended, in case it is edited. */
  readonly heard?: HandledLine;
  /** The direct answer, in case the message is delivered again. */
  readonly answer?: object;
}

interface Claim {
  readonly owner: string;
  readonly until: number;
  readonly tries: number;
}

interface ClaimsOptions extends Required<InboxOptions> {
  readonly deliveries: Collection<DeliveredMessage>;
}

/** The fraction of the lease within which a live process renews a claim that it renews every third of the lease. */
const renewedWithin = 0.4;
/** The fraction of the lease without a renewal after which a claim is over, even if a clock that is ahead dated it. */
const surelyOver = 0.9;
const maxSeen = 1_000;
/** A message that killed this many processes would kill the next one, too. */
const maxTries = 3;

function createClaims({ deliveries, store: { presence }, clock, logger, owner, leaseMs }: ClaimsOptions) {
  /** When this process first saw another process's claim in its current form. */
  const seen = new Map<string, { readonly claim: string; readonly at: number }>();

  /** A claim of this process, valid from now on. */
  const renew = (tries: number): Claim => ({ owner, until: clock.now() + leaseMs, tries });

  /** Whether the claim's process has died. Clocks differ and get changed, so a missing renewal has to be observed, too. */
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
    /** `mine`: this process handles it now. */
    async take(id: string): Promise<'mine' | 'answered' | 'in work elsewhere'> {
      try {
        await deliveries.insert(id, { at: clock.now(), inWork: renew(1) });
        return 'mine';
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
      }
      const before = (await deliveries.get(id))?.value.inWork;
      // This process has answered what it began; only recording that failed.
      if (!before || before.owner === owner) return 'answered';
      if (!isOver(id, before)) return 'in work elsewhere';
      if (before.tries >= maxTries) {
        logger.error({ delivery: id, tries: before.tries }, 'A message crashed several processes and is given up');
        return 'answered';
      }
      const after = await deliveries.update(id, (delivery) =>
        delivery.inWork?.owner === before.owner ? { ...delivery, inWork: renew(before.tries + 1) } : undefined,
      );
      return after?.changed === true ? 'mine' : 'in work elsewhere';
    },
  };
}

/** What happens to a line that is edited after it was sent. Pure. */

/** How a line ended the first time. */
export interface HandledLine {
  readonly personId: string;
  /** Identifies a line without keeping its words. */
  readonly line: string;
  /** Nothing came of it: Gavel didn't understand it, refused it, or asked a question. */
  readonly open: boolean;
  /** The outcome of the latest edit. */
  readonly edit?: { readonly line: string; readonly verdict: EditVerdict };
}

/** `answer`: handle it like a new line. `late` and `done`: do nothing and say so. `nothing`: stay silent. */
type EditVerdict = 'answer' | 'late' | 'done' | 'nothing';

const editableMs = 60_000;

/** Decides the same for the same edit. A line is answered again only once, and a notice about it is given only once. */
export function applyEdit(
  heard: HandledLine,
  edit: { readonly personId: string; readonly line: string; readonly afterMs: number },
): HandledLine {
  const before = heard.edit;
  if (before?.line === edit.line) return heard;
  const withVerdict = (verdict: EditVerdict): HandledLine => ({ ...heard, edit: { line: edit.line, verdict } });
  if (heard.personId !== edit.personId) return heard;
  if (before) return withVerdict(before.verdict === 'answer' ? 'done' : 'nothing');
  if (heard.line === edit.line) return heard;
  if (!heard.open) return withVerdict('done');
  return withVerdict(edit.afterMs <= editableMs ? 'answer' : 'late');
}

/** The notices for edits that change nothing. */
export const editNotices: Readonly<Record<'late' | 'done', string>> = {
  late: 'You edited this message more than a minute after sending it, so I ignored the edit. Send it as a new message.',
  done: 'I’ve already answered this message, so editing it changes nothing. Send what you want as a new message.',
};
