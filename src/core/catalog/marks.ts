import { z } from 'zod';
import { operations, operationsBehind } from '../operations';
import type { Operation } from '../operations';
import { findNear } from '../text/nearest';

/** The lines of the catalog that mark an operation: `fourEyes` and `confirm`. */

const keys = {
  /** What is held, at every command, button and dialog that does it. */
  operation: z.string().min(1).max(60).optional(),
  /** What earlier releases read instead: a command or a button's verb. */
  action: z.string().min(1).max(60).optional(),
};

/** A list of marks with the fields of `shape`. A line with `action` becomes one mark for each operation of that command or button. */
export function marksWith<Shape extends z.ZodRawShape>(shape: Shape) {
  return z
    .array(
      z.strictObject({ ...keys, ...shape }).transform((given, context) => {
        const { operation, action, ...rest } = given as Named & z.output<z.ZodObject<Shape>>;
        const read = readMark({ operation, action });
        if ('problem' in read) {
          context.addIssue({ code: 'custom', message: read.problem, path: read.at });
          return z.NEVER;
        }
        const formerly = operation === undefined ? action : undefined;
        return read.operations.map((each) => ({
          ...(rest as Omit<z.output<z.ZodObject<Shape>>, keyof Named>),
          operation: each,
          ...(formerly !== undefined && { formerly }),
        }));
      }),
    )
    .default([])
    .transform((marks) => marks.flat());
}

interface Named {
  readonly operation?: string | undefined;
  readonly action?: string | undefined;
}

type Read =
  { readonly operations: readonly Operation[] } | { readonly problem: string; readonly at: ('operation' | 'action')[] };

function readMark({ operation, action }: Named): Read {
  if (operation !== undefined && action !== undefined)
    return { problem: 'names both operation and action; operation is enough', at: ['action'] };
  if (operation !== undefined) {
    const known = operations.find((each) => each === operation);
    return known ? { operations: [known] } : { problem: describeUnknown(operation), at: ['operation'] };
  }
  if (action === undefined) return { problem: 'names no operation', at: [] };
  const behind = operationsBehind(action);
  return behind.length > 0 ? { operations: behind } : { problem: describeUnknown(action), at: ['action'] };
}

function describeUnknown(said: string): string {
  const behind = operationsBehind(said);
  if (behind.length > 0)
    return `${said} is only one way to start an operation, and the catalog marks the operation itself; write operation: ${behind.join(' or operation: ')}`;
  const [near] = findNear(said, operations);
  return near
    ? `there is no operation ${said}; did you mean ${near.word}?`
    : `there is no operation ${said}; there are ${operations.join(', ')}`;
}
