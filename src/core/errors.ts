/** A known, harmless "no": its message is shown to the person as it is. One sentence: what happened, and what to do next. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/**
 * A command lacks a word that only its handler knows to be required, such as the reason of a rejection: its router asks for that argument with a form. The
 * message is for everybody else, such as people who clicked.
 */
export class MissingWordError extends UserError {
  constructor(
    readonly argument: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * What is known after an outside system failed. Nothing was changed after any but `unclear`:
 * `refused` it said no, `unauthorized` it doesn't accept Gavel's credential, `not found`, `conflict` it's in a state that doesn't allow it,
 * `rate limited` it takes no more requests for a while, `unreachable` it never got the request or couldn't answer a read,
 * `invalid answer` to a read, `unclear` it may or may not have acted.
 */
export type ConnectorFailure =
  'refused' | 'unauthorized' | 'not found' | 'conflict' | 'rate limited' | 'unreachable' | 'unclear' | 'invalid answer';

/** An outside system failed. `connector` is the name people know it by; `message` is for the log, never for people. */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  /** For how long the system asks to be left alone, if it said so: always with `rate limited`, and with a 503 that names a time. */
  readonly retryAfterMs: number | undefined;
  constructor(
    readonly connector: string,
    readonly failure: ConnectorFailure,
    message: string,
    { cause, retryAfterMs }: { readonly cause?: unknown; readonly retryAfterMs?: number } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.retryAfterMs = retryAfterMs;
  }

  /** Whether it's a final no: the same request would get the same answer. */
  get isFinal(): boolean {
    return finalFailures.has(this.failure);
  }
}

const finalFailures: ReadonlySet<ConnectorFailure> = new Set(['refused', 'unauthorized', 'not found', 'conflict']);

/** Another record already has one of the unique keys of the new record. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
}

/** A cursor that this store never gave, or gave before its records changed their shape. */
export class CursorError extends Error {
  override readonly name = 'CursorError';
}

/** The store didn't answer; assume that nothing was changed. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

/** One record in the store can't be read, because the disk or a person damaged it. Everything else still works. */
export class DamagedRecordError extends Error {
  override readonly name = 'DamagedRecordError';
  constructor(
    /** The collection, as `deployments`. */
    readonly collection: string,
    readonly id: string,
    options?: { cause?: unknown },
  ) {
    super(`The record ${id} in ${collection} is damaged and can’t be read`, options);
  }
}

/** Gavel can't start; the message is one sentence for its administrator: what is wrong and how to fix it. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
