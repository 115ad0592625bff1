/** What must not be lost. Two implementations, one contract suite; no query language leaves their folders. */

/** A record as stored. `version` grows by one with each change. */
export interface Stored<T> {
  readonly id: string;
  readonly version: number;
  readonly value: T;
}

/** A value for finding and ordering. */
export type IndexValue = string | number | undefined;

/** A query as a feature declares it. Each gets its own compound index: the compared fields, then the order, then the id. */
export interface DeclaredQuery {
  /** Fields compared with one value or with several. */
  readonly where?: readonly string[];
  /** The order of the result, and the only field that can have a range; by default, the id. */
  readonly orderBy?: string;
}

/** Declares a collection: only these fields can be searched, and only these queries can be asked. */
export interface CollectionSpec<T> {
  /** Lower-case words with `-`. */
  readonly name: string;
  /** Grows when the shape of `T` changes; `upgrade` converts older records. */
  readonly schema: number;
  readonly upgrade?: (value: unknown, fromSchema: number) => T;
  /** Fields for finding and ordering; `undefined` excludes a record from every query on that field. */
  readonly indexes: Readonly<Record<string, (value: T) => IndexValue>>;
  /** Every query that is used, so that none of them reads or sorts the whole collection. */
  readonly queries: readonly DeclaredQuery[];
  /** Unique keys; `undefined` means absent and never collides. */
  readonly unique?: Readonly<Record<string, (value: T) => string | undefined>>;
  /** When the record can be removed, in milliseconds since 1970; undefined: never. */
  readonly expiresAt?: (value: T) => number | undefined;
}

/** What a field is compared with: one value, any of several, or a range with both ends included. */
export type Condition =
  | string
  | number
  | { readonly in: readonly (string | number)[] }
  | { readonly atLeast?: number; readonly atMost?: number };

/** Asks for the records of a collection with a declared query. Without `orderBy`, they are in the order of their ids. */
export interface Query {
  readonly where?: Readonly<Record<string, Condition>>;
  /** A declared index; ties are ordered by id. Records without this field are left out. */
  readonly orderBy?: string;
  readonly descending?: boolean;
  /** 1 to 1000; 100 by default. */
  readonly limit?: number;
  readonly cursor?: string;
}

/** The cursor after a position in an order of records: the value of that order and the id. */
export function cursorAfter(...place: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** One page of results. */
export interface Page<T> {
  readonly items: readonly Stored<T>[];
  /** Passed as `cursor` for the next page; undefined on the last. */
  readonly cursor?: string;
}

/** Records of one kind. Each method rejects with `StoreUnavailableError` if the store doesn't answer. */
export interface Collection<T> {
  get(id: string): Promise<Stored<T> | undefined>;
  /** Rejects with `ConflictError` if the id or a unique key is taken. */
  insert(id: string, value: T): Promise<Stored<T>>;
  /**
   * Compare-and-set: `change` is a pure function of the value and its version, called again if somebody else was faster. It returns the new value, or
   * `undefined` to leave the record as it is. Resolves to the resulting record and whether this call changed it; `undefined` if there is no such
   * record.
   */
  update(
    id: string,
    change: (value: T, version: number) => T | undefined,
  ): Promise<(Stored<T> & { readonly changed: boolean }) | undefined>;
  /** `insert` if absent, otherwise `update`: `change` gets `undefined` for a missing record. */
  upsert(id: string, change: (value: T | undefined) => T): Promise<Stored<T>>;
  /** Rejects if the query isn't declared. */
  find(query: Query): Promise<Page<T>>;
  /** How many match, counted up to `most`, using only the index. Rejects if the query isn't declared. */
  count(query: Pick<Query, 'where' | 'orderBy'>, most: number): Promise<number>;
  remove(id: string): Promise<boolean>;
}

/** Small enough that reading one page keeps nobody else waiting. */
const readAtOnce = 200;

/** The matching records in the order of the query, from its cursor on; read page by page, yielding in between. */
export async function* readEach<T>(
  collection: Pick<Collection<T>, 'find'>,
  { cursor: from, ...query }: Omit<Query, 'limit'>,
): AsyncGenerator<Stored<T>> {
  let cursor = from;
  do {
    const page = await collection.find({ ...query, limit: readAtOnce, ...(cursor !== undefined && { cursor }) });
    yield* page.items;
    cursor = page.cursor;
    if (cursor !== undefined) await new Promise(setImmediate);
  } while (cursor !== undefined);
}

/** All of them at once. */
export async function readAll<T>(
  collection: Pick<Collection<T>, 'find'>,
  query: Omit<Query, 'limit' | 'cursor'>,
): Promise<Stored<T>[]> {
  const all: Stored<T>[] = [];
  for await (const each of readEach(collection, query)) all.push(each);
  return all;
}

/** One line of the audit log. Contains person ids, never names. */
export interface AuditEntry {
  readonly at: number;
  /** A person id, or `gavel` for what it did on its own. */
  readonly who: string;
  /** `deployments.request`, `approvals.approve`, … */
  readonly what: string;
  /** `shop in production`, `D-1042`, … */
  readonly target: string;
  readonly from: string;
  readonly outcome: string;
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
  readonly correlationId: string;
  /** The same key is written once. */
  readonly key?: string;
}

/** The wanted entries of the audit log; moments in milliseconds since 1970, both ends included. */
export interface AuditFilter {
  readonly who?: string;
  /** Part of what was done, in any case: `approve` finds `approvals.approve`. */
  readonly what?: string;
  /** Each of these is part of the target or of what was done, in any case. */
  readonly words?: readonly string[];
  /** Each of these is a whole word of the target, in any case: a service, an environment. */
  readonly names?: readonly string[];
  /** The outcome begins with one of these. */
  readonly outcomes?: readonly string[];
  readonly since?: number;
  readonly until?: number;
  /** 1 to 1000; 50 by default. */
  readonly limit?: number;
  /** `older` from an earlier page with the same filter. */
  readonly cursor?: string;
}

/** A page of the audit log, the newest first. */
export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  /** The `cursor` of the next older page; undefined on the last. */
  readonly older?: string;
  /** How many match in total; if it isn't exact, there are more. */
  readonly count: number;
  readonly isCountExact: boolean;
}

/** One break of the chain, in an auditor's words. */
export interface AuditBreak {
  readonly instance: string;
  readonly sequence: number;
  readonly problem: string;
}

/** The result of checking all chains. */
export interface AuditVerdict {
  readonly entries: number;
  /** Empty: the log is intact. At most about a thousand. */
  readonly breaks: readonly AuditBreak[];
}

/** The last line of a chain, as the log has it. */
export interface AuditHead {
  readonly instance: string;
  readonly sequence: number;
  readonly mac: string;
}

/** A range at the beginning of one chain that was exported and is about to be removed. */
export interface AuditPart {
  readonly instance: string;
  readonly from: number;
  readonly to: number;
  /** The hash of its last line. */
  readonly mac: string;
  readonly file: string;
  readonly sha256: string;
  /** The instance whose folder contains the file. */
  readonly exportedBy: string;
}

/** A request to export and remove old lines. */
export interface AuditPruneRequest {
  /** Lines from before this moment are removed, in milliseconds since 1970. */
  readonly before: number;
  /** The folder for the export. */
  readonly folder: string;
  /** The entry by which the log records what is about to be removed. */
  readonly record: (part: AuditPart) => AuditEntry;
  /** Called before each batch; if it returns false, a later prune continues. */
  readonly mayGoOn: () => boolean;
}

/** What a prune removed from the audit log. */
export interface AuditPrune {
  readonly removed: number;
  /** The files with the removed lines. */
  readonly files: readonly string[];
  /** Why nothing was removed although there are old lines; a sentence. */
  readonly problem?: string;
}

/** The tamper-evident record: a chain of lines for each instance. */
export interface AuditLog {
  append(entry: AuditEntry): Promise<void>;
  /** The matches in the whole log, the newest first. */
  read(filter: AuditFilter): Promise<AuditEntry[]>;
  /** The same as pages, counted. Rejects for an invalid cursor. */
  search(filter: AuditFilter): Promise<AuditPage>;
  /** Checks every chain against its anchors, and against `heads`: values from a log, trusted as they are. Never rejects because of damage. */
  verify(heads?: readonly AuditHead[]): Promise<AuditVerdict>;
  /**
   * Exports old lines to a folder, records that in the log, then removes them; the rest can be verified at any moment, even after a crash. A broken log
   * is never pruned. One at a time: of two at once, one may reject, and nothing is lost.
   */
  prune(request: AuditPruneRequest): Promise<AuditPrune>;
  /**
   * After a known loss of data: starts new heads and anchors from the existing lines, and records this entry. Lines that were changed or removed in the
   * middle stay breaks. Only while no Gavel is running.
   */
  accept?(entry: AuditEntry): Promise<void>;
}

/** Which processes on this store are still alive. */
export interface Presence {
  /** This process uses that name until it ends. */
  announce(owner: string): void;
  /** Whether the process with that name has certainly ended; false if that can't be told. */
  hasEnded(owner: string): boolean;
}

/** The size of a collection, according to the stored records. */
export interface CollectionSize {
  readonly name: string;
  readonly records: number;
  /** The size of the records themselves, without indexes. */
  readonly bytes?: number;
  /** The earliest `expiresAt`; undefined if nothing will be removed. */
  readonly firstExpiresAt?: number;
}

/** The open store. Everything in it can reject with `StoreUnavailableError`. */
export interface Store {
  /** Only if it can be known for certain, without waiting. */
  readonly presence?: Presence;
  collection<T>(spec: CollectionSpec<T>): Collection<T>;
  readonly audit: AuditLog;
  /** Resolves after a successful write and read. */
  check(): Promise<void>;
  /** Reads through the file in the background, for at most this long; returns damage in sentences. Only if there is a file. */
  inspect?(limitMs: number): Promise<readonly string[]>;
  /**
   * Removes records past their `expiresAt`, a few at a time; returns how many. The records of a collection in `longerMs` are kept longer by that time,
   * or shorter.
   */
  removeExpired(now: number, longerMs?: ReadonlyMap<string, number>): Promise<number>;
  /** The size of each opened collection. */
  sizes(): Promise<readonly CollectionSize[]>;
  close(): Promise<void>;
}
