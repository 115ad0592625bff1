/** A known, harmless "no": its message is shown to the person as it is. One sentence: what happened, what to do next. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/**
 * A command can't do without a word that only its handler knows to be missing, such as the reason of a rejection: its router asks for that argument
 * with a form. The message is for everybody else, such as whoever clicked.
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
 * What is known after an outside system failed:
 * `refused` it said no, `not found`, `unreachable` it never got the request, `unclear` it may or may not have acted.
 */
export type ConnectorFailure = 'refused' | 'not found' | 'unreachable' | 'unclear';

/** An outside system failed. `connector` is the name people know it by; `message` is for the log, never for people. */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  constructor(
    readonly connector: string,
    readonly failure: ConnectorFailure,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** Another record already holds one of the unique keys of the record to insert. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
}

/** The store did not answer; nothing is known to be changed. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

/** One record in the store can't be read: the disk or a person damaged it. Everything else still works. */
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

/** Gavel can't start; its message is one sentence for whoever runs it: what is wrong and what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
