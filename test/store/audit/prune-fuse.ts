import fsPromises from 'node:fs/promises';
import Database from 'libsql';
import { Collection } from 'mongodb';

/** Ends a prune at one of its writes, as a kill would: from then on, this process writes nothing anymore. */
export interface PruneFuse {
  /** Counts from here on, and stops before or after write number `at`; never without a number. */
  arm(at?: number, when?: 'before' | 'after'): void;
  /** Lets everything through again; returns how many writes there were, and whether it stopped one. */
  disarm(): { readonly writes: number; readonly blew: boolean };
  remove(): void;
}

type Method = (...values: unknown[]) => unknown;

/** Covers everything that a prune writes: statements of both drivers, the anchors and the name of an exported file. */
export function createPruneFuse(): PruneFuse {
  let isArmed = false;
  let blew = false;
  let writes = 0;
  let limit = Infinity;
  let side: 'before' | 'after' = 'before';
  const undo: (() => void)[] = [];

  function check(number: number, place: 'before' | 'after'): void {
    if (isArmed && number === limit && place === side) blew = true;
    if (isArmed && blew) throw new Error('killed');
  }
  function watch(method: Method): Method {
    return function (this: unknown, ...values) {
      const number = ++writes;
      check(number, 'before');
      const result = method.apply(this, values);
      const end = <T>(value: T): T => {
        check(number, 'after');
        return value;
      };
      return result instanceof Promise ? result.then(end) : end(result);
    };
  }
  function patch(owner: object, name: string, change: (method: Method) => Method): void {
    const methods = owner as Record<string, Method>;
    const method = methods[name] as Method;
    methods[name] = change(method);
    undo.push(() => (methods[name] = method));
  }

  for (const name of ['updateOne', 'bulkWrite']) patch(Collection.prototype, name, watch);
  for (const name of ['rename', 'appendFile']) patch(fsPromises, name, watch);
  patch(
    Database.prototype,
    'prepare',
    (prepare) =>
      function (this: unknown, sql) {
        const statement = prepare.call(this, sql) as { run: Method };
        if (sql === 'COMMIT') statement.run = watch(statement.run.bind(statement));
        return statement;
      },
  );
  return {
    arm(at = Infinity, when = 'before') {
      [isArmed, blew, writes, limit, side] = [true, false, 0, at, when];
    },
    disarm() {
      isArmed = false;
      return { writes, blew };
    },
    remove: () => undo.forEach((each) => each()),
  };
}
