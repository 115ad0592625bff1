import { z } from 'zod';
import { jsonIn } from '../../core/text';

/** What of a Grid’s answers is used. https://www.selenium.dev/documentation/grid/advanced_features/graphql_support/ */

const count = z.number().int().nonnegative();

/** Grid puts capabilities into its answers as JSON in a string. Undefined if the session has no name. */
const sessionName = z
  .string()
  .transform((capabilities): string | undefined => Named.safeParse(jsonIn(capabilities)).data?.['se:name']);
const Named = z.object({ 'se:name': z.string() });

const GridNode = z.object({
  /** `UP`, `DRAINING` or `DOWN`. */
  status: z.string(),
  /** How many sessions it takes at the same time, which can be fewer than it has slots. */
  most: count,
  slots: count,
  /** Also counts those that are just starting, which are in no list. */
  inUse: count,
});

export const LookAnswer = z.object({
  data: z.object({
    grid: z.object({ version: z.string() }),
    nodesInfo: z.object({ nodes: z.array(GridNode) }),
    sessionsInfo: z.object({
      waiting: z.array(sessionName),
      sessions: z.array(z.object({ id: z.string().min(1), capabilities: sessionName })),
    }),
  }),
});

/** What WebDriver’s errors say. https://www.w3.org/TR/webdriver2/#errors */
export const ErrorAnswer = z.object({ value: z.object({ error: z.string(), message: z.string() }) });

/** The error for a session that isn’t there. */
export const MissingAnswer = z.object({ value: z.object({ error: z.literal('invalid session id') }) });
