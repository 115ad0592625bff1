import type { Collection, Filter } from 'mongodb';
import { auditEntryOf } from '../../audit/lines';
import { cursorOf, deploymentIn, limitOf, maxCounted, placeOf } from '../../audit/search';
import type { AuditPlace } from '../../audit/search';
import type { AuditEntry, AuditFilter, AuditPage } from '../../contract';
import type { AuditDocument } from './append';

/** A page of what matches over the chains of all instances, and how much there is. */
export async function searchLines(lines: Collection<AuditDocument>, filter: AuditFilter): Promise<AuditPage> {
  const page = await readPage(lines, filter);
  const counted = await lines
    .find(andOf(await matchingOf(lines, filter)), {
      projection: { _id: 1 },
      limit: maxCounted + 1,
      batchSize: maxCounted + 1,
    })
    .toArray();
  return { ...page, count: Math.min(counted.length, maxCounted), isCountExact: counted.length <= maxCounted };
}

/** A page of what matches, uncounted. */
export async function readPage(
  lines: Collection<AuditDocument>,
  filter: AuditFilter,
): Promise<{ entries: AuditEntry[]; older?: string }> {
  const matching = await matchingOf(lines, filter);
  const sort = { at: -1, instance: -1, sequence: -1 } as const;
  const limit = limitOf(filter);
  const after = filter.cursor === undefined ? [] : [beyond(placeOf(filter.cursor))];
  const found = await lines
    .find(andOf([...matching, ...after]), { sort, limit: limit + 1, batchSize: limit + 1 })
    .toArray();
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  return {
    entries: shown.map(({ body }) => auditEntryOf(body)),
    ...(found.length > limit && last && { older: cursorOf(last) }),
  };
}

async function matchingOf(
  lines: Collection<AuditDocument>,
  filter: AuditFilter,
): Promise<readonly Filter<AuditDocument>[]> {
  const target = deploymentIn(filter);
  const isThere =
    target !== undefined && (await lines.findOne({ target: { $gte: target, $lt: `${target}!` } })) !== null;
  return filterOf(filter, isThere ? target : undefined);
}

function filterOf(
  { who, what, words = [], since, until }: AuditFilter,
  target: string | undefined,
): Filter<AuditDocument>[] {
  const holds = (text: string) => ({ $regex: literal(text), $options: 'i' });
  return [
    ...(who === undefined ? [] : [{ who: { $eq: who } }]),
    ...(target === undefined ? [] : [{ target: { $gte: target, $lt: `${target}!` } }]),
    ...(since === undefined ? [] : [{ at: { $gte: since } }]),
    ...(until === undefined ? [] : [{ at: { $lte: until } }]),
    ...(what === undefined ? [] : [{ what: holds(what) }]),
    ...words.map((word) => ({ $or: [{ target: holds(word) }, { what: holds(word) }] })),
  ];
}

function andOf(parts: readonly Filter<AuditDocument>[]): Filter<AuditDocument> {
  return parts.length === 0 ? {} : { $and: [...parts] };
}

function beyond({ at, instance, sequence }: AuditPlace): Filter<AuditDocument> {
  return {
    $or: [
      { at: { $lt: at } },
      { at: { $eq: at }, instance: { $lt: instance } },
      { at: { $eq: at }, instance: { $eq: instance }, sequence: { $lt: sequence } },
    ],
  };
}

/** The text as a pattern that matches itself and nothing else. */
function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
