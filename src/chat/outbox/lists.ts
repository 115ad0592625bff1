import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { keepRecent, newId } from '../../core/keys';
import type { Logger } from '../../core/telemetry/logger';
import type { Clock } from '../../core/time/clock';
import type { Collection, Stored } from '../../store/contract';
import { readListTopic, turnOnBehalfOf } from '../contract';
import type { CardContent, Copy, Reply, Turn } from '../contract';
import type { CopyRecord } from './copies';

/** Lists that answered a line: which of them stay current, and when they are redrawn. */

/** How many lists of one kind stay current in a place; older ones say as of when they are. */
const maxListsInPlace = 3;
/** How many lists stay current in all places together. */
const maxLists = 300;
/** How many changes are remembered. */
const maxRemembered = 1_000;
/** How many cards are redrawn at a start, at most. */
const maxCaughtUp = 100;

/** The lists that show one of these, the newest first; or the newest cards in general. */
export async function copiesOf(
  copies: Collection<CopyRecord>,
  subjects: ReadonlySet<string> | 'everything',
): Promise<readonly Stored<CopyRecord>[]> {
  if (subjects === 'everything')
    return (await copies.find({ orderBy: 'at', descending: true, limit: maxCaughtUp })).items;
  return (await newestLists(copies)).filter(({ value }) =>
    readListTopic(value.about)?.shows.some((each) => subjects.has(each)),
  );
}

async function newestLists(copies: Collection<CopyRecord>) {
  return (await copies.find({ where: { list: 'yes' }, orderBy: 'at', descending: true, limit: maxLists })).items;
}

/** Forgets the oldest lists of this kind in this place if there are too many. */
export async function forgetOlderLists(
  copies: Collection<CopyRecord>,
  copy: Pick<CopyRecord, 'about' | 'place' | 'person'>,
): Promise<void> {
  if (!readListTopic(copy.about)) return;
  const isSuchList = ({ value }: Stored<CopyRecord>): boolean =>
    value.isWhole && placeKeyOf(value) === placeKeyOf(copy) && showsTheSame(value, copy);
  for (const { id } of (await newestLists(copies)).filter(isSuchList).slice(maxListsInPlace)) await copies.remove(id);
}

/** The place of its message; a card in a personal chat has no place id. */
function placeKeyOf({ place, person }: Pick<Copy, 'place' | 'person'>): string {
  return place.kind === 'personal' ? `person ${person.id}` : place.id;
}

function showsTheSame(one: Pick<Copy, 'about'>, other: Pick<Copy, 'about'>): boolean {
  return isDeepStrictEqual(readListTopic(one.about)?.shows, readListTopic(other.about)?.shows);
}

/**
 * Lists show many things, some of which change several times a second, so changes are collected for a moment. If the process dies in that moment, the
 * next start redraws the lists.
 */
export function createListRedraws({
  afterMs,
  logger,
  clock,
  redraw,
}: {
  readonly afterMs: number;
  readonly logger: Logger;
  readonly clock: Pick<Clock, 'now'>;
  readonly redraw: (subjects: ReadonlySet<string> | 'everything') => Promise<void>;
}) {
  const stopping = new AbortController();
  const changedAt = new Map<string, number>();
  let subjects = new Set<string>();
  let isAll = false;
  let underWay: Promise<void> | undefined;

  async function redrawCollected(): Promise<void> {
    while (subjects.size > 0 || isAll) {
      await wait(afterMs, undefined, { ref: false, signal: stopping.signal });
      const what = isAll ? 'everything' : subjects;
      subjects = new Set();
      isAll = false;
      await redraw(what);
    }
  }

  function begin(): void {
    if (stopping.signal.aborted) return;
    underWay ??= redrawCollected()
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) logger.warn({ error }, 'Lists could not be updated');
      })
      .finally(() => (underWay = undefined));
  }

  return {
    /** Redraws every list that shows this, soon. */
    noteChange(subject: string): void {
      keepRecent(changedAt, subject, clock.now(), maxRemembered);
      subjects.add(subject);
      begin();
    },
    /** When this changed; `-Infinity` if it didn't lately. */
    lastChangeOf: (subject: string): number => changedAt.get(subject) ?? -Infinity,
    /** Redraws the newest cards, whatever they show: something may have changed just before the process died. */
    catchUp(): void {
      isAll = true;
      begin();
    },
    idle: async (): Promise<void> => underWay,
    async stop(): Promise<void> {
      stopping.abort();
      await underWay;
    },
  };
}

/** Redraws a list by running its line again for the person who got it. Undefined if it's no longer such a list. */
export function createListDrawer(
  runLine: (turn: Turn, line: string) => Promise<Reply>,
  clock: Pick<Clock, 'now'>,
): (copy: Copy) => Promise<CardContent | undefined> {
  return async ({ about, person, place, reference }) => {
    const list = readListTopic(about);
    if (!list) return undefined;
    const asked = { person, place, thread: undefined, trigger: 'redrawn', receivedAt: clock.now() } as const;
    const turn = { ...turnOnBehalfOf({ ...asked, correlationId: newId() }), reference };
    const { about: isAbout, ...content } = await runLine(turn, list.line);
    return 'card' in content && isAbout === about ? content : undefined;
  };
}
