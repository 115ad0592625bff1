import { ConflictError } from '../../core/errors';
import { keepRecent } from '../../core/keys';
import type { Logger } from '../../core/telemetry/logger';
import type { Clock } from '../../core/time/clock';
import type { Collection, Store } from '../../store/contract';

/** Chat tools deliver the same message more than once, to any instance. It is handled once, also when the process that began with it dies. */
export type Inbox = ReturnType<typeof createInbox>;

interface InboxOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Different for each process and each of its starts. */
  readonly owner: string;
  /** How long a claim outlives a process whose end the store can't tell; 10000 unless told. */
  readonly leaseMs?: number;
}

/** Longer than any chat tool repeats itself. */
const rememberedMs = 15 * 60_000;
/** Shorter than the 15 s after which Teams delivers again, longer than any pause of a process that lives. */
const usualLeaseMs = 10_000;
/** A delivery waits this long for the one in work, then Teams is told that all is well. */
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
     * Runs `work` for the first delivery. A further one waits while the message is in work anywhere, takes it over when the process that had it
     * has died, and does nothing once it is answered. Resolves to whether this call did the work; rejects as `work` does.
     */
    async once(placeId: string, activityId: string, work: () => Promise<HandledLine | void>): Promise<boolean> {
      const id = `${placeId} ${activityId}`;
      const begun = inWorkHere.get(id);
      if (begun) {
        // How it fails is told by the delivery that began it.
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
     * As `once`, for what is answered directly: every delivery gets the answer of the first, also after the process that gave it has died. Undefined
     * if nobody knows it. `key` tells apart what is asked in this place; the answer is plain JSON.
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
    /** What is to become of a line that its writer has changed; waits for the first answer to it where that is in work here. */
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
    /** Resolves when all that was done here is written down. */
    idle: () => Promise.all(marks),
  };
}

/** Does the work for a delivery and writes down that it is done. */
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
   * The claim is renewed while the work goes on; whatever comes of it, the person hears of it and it is not done again. That it is done is written
   * down beside the answer: the chat tool delivers again what was not answered, so the sooner it is answered the better.
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

/** Who handles a delivered message. A claim is taken over when the process that had it has died. */

/** A message that was delivered; answered unless it is in work. */
interface DeliveredMessage extends HandledEnd {
  readonly at: number;
  readonly inWork?: Claim;
}

interface HandledEnd {
  /** How a typed line ended, for when it is changed. */
  readonly heard?: HandledLine;
  /** What was answered directly, for when it is delivered again. */
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

/** What a living process renews each third of the lease has been renewed by then. */
const renewedWithin = 0.4;
/** A lease that a clock ahead of ours has dated is over when nobody has renewed it for nearly as long as it lasts. */
const surelyOver = 0.9;
const maxSeen = 1_000;
/** A message that has ended its process so often would end the next one too. */
const maxTries = 3;

function createClaims({ deliveries, store: { presence }, clock, logger, owner, leaseMs }: ClaimsOptions) {
  /** When this process first saw a claim of somebody else as it still is. */
  const seen = new Map<string, { readonly claim: string; readonly at: number }>();

  /** A claim of this process that holds from now on. */
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
    /** `mine`: this process handles it now. */
    async take(id: string): Promise<'mine' | 'answered' | 'in work elsewhere'> {
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

/** What becomes of a line that is changed after it was sent. Pure. */

/** How a line ended when it was first heard. */
export interface HandledLine {
  readonly personId: string;
  /** Tells one line from another; the words themselves are not kept. */
  readonly line: string;
  /** Nothing came of it: it was not understood, was refused, or only led to a question. */
  readonly open: boolean;
  /** What the latest change of it led to. */
  readonly edit?: { readonly line: string; readonly verdict: EditVerdict };
}

/** `answer`: as if it had been written so. `late` and `done`: nothing happens, and that is said. `nothing`: silence. */
type EditVerdict = 'answer' | 'late' | 'done' | 'nothing';

const editableMs = 60_000;

/** The same change again is decided as before; a line is answered anew once, and told of once. */
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

/** What is said where an edit changes nothing. */
export const editNotices: Readonly<Record<'late' | 'done', string>> = {
  late: 'You edited this message more than a minute after sending it, so I ignored the edit. Send it as a new message.',
  done: 'I’ve already answered this message, so editing it changes nothing. Send what you want as a new message.',
};
