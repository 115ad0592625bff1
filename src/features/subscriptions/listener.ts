import type { MessageState } from '../../chat/contract';
import { dueAt } from '../../jobs/contract';
import type { PendingEffect } from '../../jobs/contract';
import type { CollectionSpec } from '../../store/contract';
import type { Digest, Happening, Rule } from './contract';
import { matches, usualOutcomes } from './rules';
import { broughtBack, counted, countedIn, emptyTally, fullTally, sizeOf } from './tally';
import type { Tally } from './tally';
import { tellAt } from './quiet';

/** A person or a place that hears of services: its rules, what is kept back for it, and what is on its way to it. Pure, but for being stored. */

export interface Listener {
  readonly to: 'person' | 'place';
  /** Of the place; empty for a person. */
  readonly name: string;
  readonly rules: readonly Rule[];
  readonly digest: Digest;
  readonly digestHour: number;
  readonly hours?: string;
  readonly zone: string;
  readonly mutedUntil?: number;
  /** What waits for the end of quiet hours, for the digest, or for the place to let Gavel in again. */
  readonly held: readonly Tally[];
  /** The ids of what was heard lately, so that nothing counts twice. */
  readonly heard: readonly string[];
  /** What was told at once in the last minute. */
  readonly told: readonly { readonly thread: string; readonly at: number }[];
  /** The summary that a burst goes into, while it lasts. */
  readonly burst?: {
    readonly number: number;
    readonly tally: Tally;
    readonly revision: number;
    readonly lastAt: number;
  };
  /** Summaries that may still come back, the latest last. */
  readonly sent: readonly { readonly number: number; readonly tally: Tally }[];
  readonly summaries: number;
  /** Nothing arrives there, since then; `at` is when that was learnt last. */
  readonly refused?: { readonly since: number; readonly at: number; readonly tries: number };
  /** The message that was made last: `t:` and its thread, or `s:` and the number of the summary. */
  readonly last?: { readonly what: string; readonly at: number };
  readonly effectsMade: number;
  readonly pending: readonly PendingEffect[];
  readonly wakeAt?: number;
}

const maxRemembered = 200;
const maxSent = 20;
const burstWindowMs = 60_000;
/** More than these in a minute are one summary. */
export const burstLimit = 5;
const firstTryAgainMs = 3_600_000;
const longestTryAgainMs = 86_400_000;
/** By then it is known whether a message has got through. */
const looksAfterMs = 900_000;

export const listenerSpec: CollectionSpec<Listener> = {
  name: 'hearings',
  schema: 2,
  indexes: { dueAt, to: ({ to }) => to },
  queries: [{ orderBy: 'dueAt' }, { where: ['to'] }],
  upgrade: (value) => readForward(value as FirstForm),
};

export function newListener(to: Listener['to'], name: string, zone: string): Listener {
  return {
    to,
    name,
    rules: [],
    digest: 'none',
    digestHour: 9,
    zone,
    held: [],
    heard: [],
    told: [],
    sent: [],
    summaries: 0,
    effectsMade: 0,
    pending: [],
  };
}

/** The record after something happened; undefined when it is none of its business or known. */
export function heard(record: Listener, happening: Happening, now: number): Listener | undefined {
  if (record.heard.includes(happening.id) || !record.rules.some((rule) => matches(rule, happening))) return undefined;
  const known = { ...record, heard: [...record.heard, happening.id].slice(-maxRemembered) };
  const at = waitsUntil(record, happening, now);
  if (at <= now) return toldNow(known, happening, now);
  return { ...known, held: countedIn(known.held, happening, now), wakeAt: Math.min(known.wakeAt ?? Infinity, at) };
}

function waitsUntil(record: Listener, { severity }: Happening, now: number): number {
  // Looked after by its own clock; one message more would be lost like those before.
  if (record.refused) return record.wakeAt ?? now + firstTryAgainMs;
  const at = Math.max(tellAt(record, now, severity === 'critical'), now);
  return record.mutedUntil !== undefined && record.mutedUntil > now
    ? Math.max(record.mutedUntil, tellAt(record, record.mutedUntil))
    : at;
}

function toldNow(record: Listener, happening: Happening, now: number): Listener {
  const { thread, words, revision } = happening;
  const told = record.told.filter(({ at }) => at > now - burstWindowMs);
  const isUpdate = told.some((each) => each.thread === thread);
  const burst = record.burst && record.burst.lastAt > now - burstWindowMs ? record.burst : undefined;
  const inBurst = burst !== undefined && burst.tally.groups.some(({ names }) => names.includes(happening.name));
  if (!inBurst && (isUpdate || (burst === undefined && told.length < burstLimit)))
    return say({ ...record, told: [...told.filter((each) => each.thread !== thread), { thread, at: now }] }, now, {
      kind: 'say',
      detail: { what: `t:${thread}`, text: words, revision },
    });
  const open = burst && (inBurst || sizeOf(burst.tally) < fullTally) ? burst : undefined;
  const number = open?.number ?? record.summaries + 1;
  const tally = counted(open?.tally ?? emptyTally, happening, now);
  const next = { number, tally, revision: (open?.revision ?? 0) + 1, lastAt: now };
  // Only the latest state of a summary is worth sending.
  const pending = record.pending.filter(({ detail }) => detail?.['what'] !== `s:${number}`);
  const sent = [...record.sent.filter((each) => each.number !== number), { number, tally }].slice(-maxSent);
  return say({ ...record, told, pending, burst: next, summaries: Math.max(record.summaries, number), sent }, now, {
    kind: 'sum up',
    detail: { what: `s:${number}`, revision: next.revision, why: 'burst', tally: JSON.stringify(tally) },
  });
}

/** All that was held back, as few messages; nothing while it is muted. */
export function released(record: Listener, now: number): Listener {
  const { held, mutedUntil } = record;
  if (mutedUntil !== undefined && mutedUntil > now) return { ...record, wakeAt: mutedUntil };
  const why = record.refused ? 'refused' : mutedUntil !== undefined ? 'muted' : record.digest;
  const looksAgainAt = record.refused && held.length > 0 ? now + looksAfterMs : undefined;
  const quiet: Listener = { ...record, held: [], wakeAt: looksAgainAt, mutedUntil: undefined };
  return held.reduce((known, tally) => {
    const number = known.summaries + 1;
    const sent = [...known.sent, { number, tally }].slice(-maxSent);
    return say({ ...known, summaries: number, sent }, now, {
      kind: 'sum up',
      detail: { what: `s:${number}`, revision: 1, why: why === 'none' ? 'quiet' : why, tally: JSON.stringify(tally) },
    });
  }, quiet);
}

/** What did not arrive is kept for the next try. `tally` is what was in the message; undefined when that is not known any more. */
export function turnedAway(record: Listener, tally: Tally | undefined, now: number): Listener {
  const { since = now, at = -Infinity, tries = 0 } = record.refused ?? {};
  // Several messages that come back together are one try.
  const refused = { since, at: now, tries: now - at < looksAfterMs ? tries : tries + 1 };
  const waitMs = Math.min(longestTryAgainMs, firstTryAgainMs * 2 ** (refused.tries - 1));
  return {
    ...record,
    refused,
    held: tally ? broughtBack(tally, record.held) : record.held,
    wakeAt: now + waitMs,
  };
}

/** The record when its time has come; `state` is what is known of its last message. */
export function woken(record: Listener, state: MessageState | undefined, now: number): Listener {
  const { refused, last } = record;
  if (!refused || !last || last.at <= refused.at) return released(record, now);
  if (state === 'waiting') return { ...record, wakeAt: now + looksAfterMs };
  return released(state === 'posted' ? { ...record, refused: undefined } : record, now);
}

/** How far ahead it looks again where nothing arrives; undefined where it waits for an hour of the day. */
export function longestWakeMs({ refused }: Listener): number | undefined {
  return refused && longestTryAgainMs;
}

type Message = Pick<PendingEffect, 'kind'> & { readonly detail: NonNullable<PendingEffect['detail']> };

function say(record: Listener, now: number, message: Message): Listener {
  const number = record.effectsMade + 1;
  const pending = { ...message, key: `${number}:${message.kind}`, attempts: 0, dueAt: now };
  const last = { what: String(message.detail['what']), at: now };
  return { ...record, effectsMade: number, last, pending: [...record.pending, pending] };
}

/** What was kept before there were rules. */
interface FirstForm {
  readonly to: Listener['to'];
  readonly services: readonly string[];
  readonly environments: readonly string[];
  readonly outcomes: 'failures' | 'everything';
  readonly digest: boolean;
  readonly hours?: string;
  readonly zone: string;
  readonly held: readonly string[];
  readonly heard: readonly string[];
  readonly effectsMade: number;
  readonly pending: readonly PendingEffect[];
  readonly wakeAt?: number;
}

function readForward(first: FirstForm): Listener {
  const { to, services, environments, outcomes, digest, hours, zone, held, heard: lately, ...living } = first;
  const rule: Rule = {
    from: 'setup',
    services,
    environments,
    branches: [],
    outcomes: outcomes === 'failures' ? usualOutcomes : ['failure', 'recovery', 'success'],
    severity: 'info',
  };
  return {
    ...newListener(to, '', zone),
    rules: [rule],
    digest: digest ? 'daily' : 'none',
    ...(hours !== undefined && { hours }),
    held: held.length > 0 ? [{ groups: [], lines: held }] : [],
    heard: lately,
    effectsMade: living.effectsMade,
    pending: living.pending,
    ...(living.wakeAt !== undefined && { wakeAt: living.wakeAt }),
  };
}
