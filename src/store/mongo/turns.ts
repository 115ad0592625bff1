/**
 * The calls of this process on one record take turns, and each hands on what it learnt: a thousand clicks on one card cost the server one
 * read and one write. Other processes are kept apart by the version number.
 */
interface Turn<T> {
  /** The record at a moment after this call began, when an earlier turn learnt it. */
  readonly known: T | undefined;
  /** Performs a read or write and remembers its outcome for those who wait; `undefined` makes them look for themselves. */
  learn<R extends T | undefined>(look: () => Promise<R>): Promise<R>;
}

interface Turns<T> {
  take<R>(id: string, work: (turn: Turn<T>) => Promise<R>): Promise<R>;
}

interface Queue<T> {
  last: Promise<unknown>;
  waiting: number;
  /** What was learnt, by an exchange with the server that began at that moment. */
  learnt: { readonly record: T; readonly begunAt: number } | undefined;
}

export function createTurns<T>(): Turns<T> {
  const queues = new Map<string, Queue<T>>();
  // Counts up with everything that begins: tells what began after what, without a clock.
  let moment = 0;

  return {
    async take<R>(id: string, work: (turn: Turn<T>) => Promise<R>) {
      const calledAt = ++moment;
      const queue = queues.get(id) ?? { last: Promise.resolve(), waiting: 0, learnt: undefined };
      queues.set(id, queue);
      queue.waiting += 1;
      const turn = (): Promise<R> => {
        const learnt = queue.learnt && queue.learnt.begunAt > calledAt ? queue.learnt.record : undefined;
        return work({
          known: learnt,
          async learn(look) {
            const begunAt = ++moment;
            queue.learnt = undefined;
            const record = await look();
            queue.learnt = record === undefined ? undefined : { record, begunAt };
            return record;
          },
        });
      };
      const mine = queue.last.then(turn, turn);
      queue.last = mine;
      try {
        return await mine;
      } finally {
        queue.waiting -= 1;
        if (queue.waiting === 0) queues.delete(id);
      }
    },
  };
}
