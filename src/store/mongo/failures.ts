import { ConflictError, StoreUnavailableError } from '../../core/errors';

// What the driver's errors mean. They are told apart by their names and codes: the driver is loaded only when it is asked for.

interface DriverError extends Error {
  readonly code?: number | string;
  readonly errorLabels?: readonly string[];
}

const duplicateKey = 11000;
const unclearNames = /Network|BulkWrite|WriteConcern|ServerSelection|PoolCleared|WaitQueue|ServerClosed|Topology/;

/**
 * Whether a unique key is taken. Not which one: MongoDB decorates the error with `keyPattern`, compatible engines such as
 * Azure DocumentDB don't, so whoever needs to know looks the record up.
 */
export function isDuplicateKey(error: unknown): boolean {
  return isDriverError(error) && error.code === duplicateKey;
}

/** After this failure nobody knows whether the write was executed. */
export function isUnclear(error: unknown): boolean {
  if (!isDriverError(error)) return false;
  return unclearNames.test(error.name) || (error.errorLabels ?? []).includes('RetryableWriteError');
}

/** The error of the store's contract that this one is; what is not the driver's passes as it is. */
export function storeError(error: unknown): unknown {
  if (!isDriverError(error)) return error;
  if (isDuplicateKey(error)) return new ConflictError('Another record holds this key', { cause: error });
  return new StoreUnavailableError('MongoDB did not do what it was asked', { cause: error });
}

function isDriverError(error: unknown): error is DriverError {
  return error instanceof Error && /^(Mongo|BSON)/.test(error.name);
}
