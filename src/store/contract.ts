/** What must not be lost. Two implementations, one contract suite; no query language leaks out of their folders. */

/** A record as stored. `version` grows by one with each change. */
export interface Stored<T> {
  readonly id: string;
  readonly version: number;
  readonly value: T;
}

/** A value one can find and order by. */
export type IndexValue = string | number | undefined;

/** A query as a feature declares it. Each gets a compound index of its own: the compared fields, then the order, then the id. */
export interface DeclaredQuery {
  /** Fields compared with one value or with several given ones. */
  readonly where?: readonly string[];
  /** What the answer is ordered by, and the only field a range may be asked of; by id where it's left out. */
  readonly orderBy?: string;
}

/** Declares a collection: the only fields one can find by, and the only queries one can ask, are those declared here. */
export interface CollectionSpec<T> {
  /** Lower case words with `-`. */
  readonly name: string;
  /** Grows when the shape of `T` changes; older records are read forward by `upgrade`. */
  readonly schema: number;
  readonly upgrade?: (value: unknown, fromSchema: number) => T;
  /** Fields one can find and order by; `undefined` keeps a record out of every query on that field. */
  readonly indexes: Readonly<Record<string, (value: T) => IndexValue>>;
  /** Every query that is asked, so that none of them reads the whole collection or sorts it. */
  readonly queries: readonly DeclaredQuery[];
  /** Unique keys; `undefined` means absent and never collides. */
  readonly unique?: Readonly<Record<string, (value: T) => string | undefined>>;
  /** When the record may be removed, in milliseconds since 1970; undefined: never. */
  readonly expiresAt?: (value: T) => number | undefined;
}

/** What a field is compared with: one value, any of several, or a range with both ends included. */
export type Condition =
  | string
  | number
  | { readonly in: readonly (string | number)[] }
  | { readonly atLeast?: number; readonly atMost?: number };

/** Asks for the records of a collection, by a declared query. Without `orderBy` they come in the order of their ids. */
export interface Query {
  readonly where?: Readonly<Record<string, Condition>>;
  /** A declared index; ties are ordered by id. Records in which it is absent are left out. */
  readonly orderBy?: string;
  readonly descending?: boolean;
  /** 1 to 1000; 100 unless told. */
  readonly limit?: number;
  readonly cursor?: string;
}

/** The cursor that goes on after a place in an order: of records, the value of that order and the id. */
export function cursorAfter(...place: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** One page of what was found. */
export interface Page<T> {
  readonly items: readonly Stored<T>[];
  /** Passed as `cursor` for the next page; undefined on the last. */
  readonly cursor?: string;
}

/** Records of one kind. Each method rejects with `StoreUnavailableError` when the store does not answer. */
export interface Collection<T> {
  get(id: string): Promise<Stored<T> | undefined>;
  /** Rejects with `ConflictError` when the id or a unique key is taken. */
  insert(id: string, value: T): Promise<Stored<T>>;
  /**
   * Compare-and-set: `change` is a pure function of the value and its version, called again when somebody else was faster. It returns the new value,
   * or `undefined` to leave the record as it is. Resolves to the record as it then stands and whether this call changed it; `undefined` when there
   * is no such record.
   */
  update(
    id: string,
    change: (value: T, version: number) => T | undefined,
  ): Promise<(Stored<T> & { readonly changed: boolean }) | undefined>;
  /** `insert` when absent, else `update`: `change` gets `undefined` for a missing record. */
  upsert(id: string, change: (value: T | undefined) => T): Promise<Stored<T>>;
  /** Rejects when the query isn't declared. */
  find(query: Query): Promise<Page<T>>;
  /** How many match, counted up to `most`; by the index alone. Rejects when the query isn't declared. */
  count(query: Pick<Query, 'where' | 'orderBy'>, most: number): Promise<number>;
  remove(id: string): Promise<boolean>;
}

/** Small enough that reading one page keeps nobody else waiting. */
const readAtOnce = 200;

/** The records that match, in the order of the query, from its cursor on; read page by page, with a breath in between. */
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

/** One line of the tamper-evident record. Holds person ids, never names. */
export interface AuditEntry {
  readonly at: number;
  /** A person id, or `gavel` for what it did by itself. */
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

/** Which entries of the audit log are wanted; moments in milliseconds since 1970, both ends included. */
export interface AuditFilter {
  readonly who?: string;
  /** Stands in what was done, in whatever case: `approve` finds `approvals.approve`. */
  readonly what?: string;
  /** Each of these stands in the target or in what was done, in whatever case. */
  readonly words?: readonly string[];
  /** Each of these stands in the target as a word of its own, in whatever case: a service, an environment. */
  readonly names?: readonly string[];
  /** The outcome begins with one of these. */
  readonly outcomes?: readonly string[];
  readonly since?: number;
  readonly until?: number;
  /** 1 to 1000; 50 unless told. */
  readonly limit?: number;
  /** `older` of an earlier page of the same filter. */
  readonly cursor?: string;
}

/** A page of the audit log, the newest first. */
export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  /** Passed as `cursor` for the page before it; undefined on the last. */
  readonly older?: string;
  /** How much matches in all; where it isn't exact, there's more than that. */
  readonly count: number;
  readonly isCountExact: boolean;
}

/** One break of the chain, in words an auditor understands. */
export interface AuditBreak {
  readonly instance: string;
  readonly sequence: number;
  readonly problem: string;
}

/** What a check of all chains found. */
export interface AuditVerdict {
  readonly entries: number;
  /** Empty: the log is whole. At most about a thousand. */
  readonly breaks: readonly AuditBreak[];
}

/** The last line of a chain as the log says it. */
export interface AuditHead {
  readonly instance: string;
  readonly sequence: number;
  readonly mac: string;
}

/** A stretch at the beginning of one chain that was exported and is about to be removed. */
export interface AuditPart {
  readonly instance: string;
  readonly from: number;
  readonly to: number;
  /** The hash of the last line of it. */
  readonly mac: string;
  readonly file: string;
  readonly sha256: string;
  /** The instance in whose folder the file lies. */
  readonly exportedBy: string;
}

/** Asks for old lines to be exported and removed. */
export interface AuditPruneRequest {
  /** Lines from before this moment go, in milliseconds since 1970. */
  readonly before: number;
  /** Where they are exported to. */
  readonly folder: string;
  /** The entry by which the log says what is about to go. */
  readonly record: (part: AuditPart) => AuditEntry;
  /** Asked before each few lines; where it says no, a later prune goes on. */
  readonly mayGoOn: () => boolean;
}

/** What a prune took out of the audit log. */
export interface AuditPrune {
  readonly removed: number;
  /** Where what was removed now lies. */
  readonly files: readonly string[];
  /** Why nothing was removed although there is something old; a sentence. */
  readonly problem?: string;
}

/** The tamper-evident record: a chain of lines for each instance. */
export interface AuditLog {
  append(entry: AuditEntry): Promise<void>;
  /** What matches over the whole log, the newest first. */
  read(filter: AuditFilter): Promise<AuditEntry[]>;
  /** The same as pages, counted. Rejects for a cursor that is none. */
  search(filter: AuditFilter): Promise<AuditPage>;
  /**
   * Checks every chain against its anchors, and against `heads`: values that were read in a log, trusted as they are. Never rejects for damage.
   */
  verify(heads?: readonly AuditHead[]): Promise<AuditVerdict>;
  /**
   * Exports old lines into a folder, records that in the log, then removes them; the rest stays verifiable at any moment, also after a crash. A
   * broken log is never pruned. One at a time: of two at once, one may reject, and nothing is lost.
   */
  prune(request: AuditPruneRequest): Promise<AuditPrune>;
  /**
   * After data was lost knowingly: the heads and anchors begin anew from the lines that are there, and this entry says so. Lines that were changed
   * or removed in the middle stay breaks. Only while no Gavel runs.
   */
  accept?(entry: AuditEntry): Promise<void>;
}

/** Which processes on this store still live. */
export interface Presence {
  /** This process goes by that name until it ends. */
  announce(owner: string): void;
  /** Whether the process of that name has ended for sure; false when that can't be told. */
  hasEnded(owner: string): boolean;
}

/** How much a collection holds, as the records that are stored now say. */
export interface CollectionSize {
  readonly name: string;
  readonly records: number;
  /** Of the records themselves, without indexes. */
  readonly bytes?: number;
  /** The earliest `expiresAt` of all; undefined where nothing will be removed. */
  readonly firstExpiresAt?: number;
}

/** The open store. Everything in it may reject with `StoreUnavailableError`. */
export interface Store {
  /** Only where it can be known for sure, without waiting. */
  readonly presence?: Presence;
  collection<T>(spec: CollectionSpec<T>): Collection<T>;
  readonly audit: AuditLog;
  /** Resolves when a write and a read went through. */
  check(): Promise<void>;
  /** Reads the file through beside all other work, for at most so long; what is damaged, in sentences. Only where there is a file. */
  inspect?(limitMs: number): Promise<readonly string[]>;
  /**
   * Removes records past their `expiresAt`, a few at a time; how many. Those of a collection in `longerMs` are kept by so much longer, or shorter.
   */
  removeExpired(now: number, longerMs?: ReadonlyMap<string, number>): Promise<number>;
  /** How much of each opened collection there is. */
  sizes(): Promise<readonly CollectionSize[]>;
  close(): Promise<void>;
}
