import { ConflictError, StoreUnavailableError } from '../../core/errors';

// What the driver's errors mean. They are told apart by their names and codes: the driver is loaded only when it is asked for.

interface DriverError extends Error {
  readonly code?: number | string;
  readonly keyPattern?: Readonly<Record<string, unknown>>;
  readonly errorLabels?: readonly string[];
}

const duplicateKey = 11000;
const unclearNames = /Network|BulkWrite|WriteConcern|ServerSelection|PoolCleared|WaitQueue|ServerClosed|Topology/;

/** The fields of the unique key that is taken; undefined for any other failure. */
export function takenKey(error: unknown): readonly string[] | undefined {
  const { code, keyPattern } = error as DriverError;
  return isDriverError(error) && code === duplicateKey ? Object.keys(keyPattern ?? {}) : undefined;
}

/** After this failure nobody knows whether the write was executed. */
export function isUnclear(error: unknown): boolean {
  if (!isDriverError(error)) return false;
  return unclearNames.test(error.name) || (error.errorLabels ?? []).includes('RetryableWriteError');
}

/** The error of the store's contract that this one is; what is not the driver's passes as it is. */
export function storeError(error: unknown): unknown {
  if (!isDriverError(error)) return error;
  if (takenKey(error)) return new ConflictError('Another record holds this key', { cause: error });
  return new StoreUnavailableError('MongoDB did not do what it was asked', { cause: error });
}

function isDriverError(error: unknown): error is DriverError {
  return error instanceof Error && /^(Mongo|BSON)/.test(error.name);
}
