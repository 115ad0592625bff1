import { z } from 'zod';
import { matchesPattern } from '../../core/text/stars';

/** What a connection says of the pipelines that people can start. Pure. */

/** Ids of pipelines, in which a `*` stands for any characters. Omitted: people can start none. */
export const offeredSetting = { run: z.array(z.string().trim().min(1).max(200)).max(100).default([]) };

export function isOffered(patterns: readonly string[], pipeline: string): boolean {
  return patterns.some((pattern) => matchesPattern(pipeline, pattern));
}
