import { dueAt } from '../../jobs/contract';
import type { PendingEffect } from '../../jobs/contract';
import type { CollectionSpec } from '../../store/contract';
import { tellAt } from './quiet';

/** What a person or a place hears of services, and what is kept back for later. Pure, but for being stored. */

/** What was wished for; the id of the record is the person or the place. */
export interface HearingWish {
  readonly to: 'person' | 'place';
  readonly services: readonly string[];
  /** Empty: all of them. */
  readonly environments: readonly string[];
  /** `failures` with the recovery after them, or everything that ends. */
  readonly outcomes: 'failures' | 'everything';
  readonly digest: boolean;
  readonly hours?: string;
  readonly zone: string;
}

/** Something that happened: the same id is the same thing. */
export interface Happening {
  readonly id: string;
  readonly service: string;
  readonly environment: string;
  readonly well: boolean;
  /** One line of Markdown, outside parts escaped. */
  readonly words: string;
}

export interface Hearing extends HearingWish {
  /** What waits for the end of quiet hours or for the digest. */
  readonly held: readonly string[];
  /** How many more there were than are kept. */
  readonly left: number;
  /** Where something failed and is not well again. */
  readonly failing: readonly string[];
  /** What was heard lately, so that nothing is told twice. */
  readonly heard: readonly string[];
  readonly effectsMade: number;
  readonly pending: readonly PendingEffect[];
  readonly wakeAt?: number;
}

const mostHeld = 20;
const mostRemembered = 200;

export const hearingSpec: CollectionSpec<Hearing> = {
  name: 'hearings',
  schema: 1,
  indexes: { dueAt, to: ({ to }) => to },
};

/** Another wish keeps what was held back. */
export function wished(record: Hearing | undefined, wish: HearingWish): Hearing {
  return { held: [], left: 0, failing: [], heard: [], effectsMade: 0, pending: [], ...record, ...wish };
}

/** The record after something happened; undefined when it is none of its business or known. */
export function heard(record: Hearing, happening: Happening, now: number): Hearing | undefined {
  const { id, service, environment, well, words } = happening;
  if (!record.services.includes(service) || record.heard.includes(id)) return undefined;
  if (record.environments.length > 0 && !record.environments.includes(environment)) return undefined;
  const where = `${service} ${environment}`;
  const recovers = well && record.failing.includes(where);
  const others = record.failing.filter((each) => each !== where);
  const known: Hearing = {
    ...record,
    heard: [...record.heard, id].slice(-mostRemembered),
    failing: well ? others : [...others, where],
  };
  if (well && !recovers && record.outcomes === 'failures') return known;
  const said = recovers ? `${words} It had failed before.` : words;
  const at = tellAt(record, now);
  if (at <= now) return say(known, said, now);
  const held = [...known.held, said];
  return {
    ...known,
    held: held.slice(0, mostHeld),
    left: known.left + Math.max(0, held.length - mostHeld),
    wakeAt: known.wakeAt ?? at,
  };
}

/** All that was held back, as one message. */
export function released(record: Hearing, now: number): Hearing {
  const { held, left, digest } = record;
  const quiet: Hearing = { ...record, held: [], left: 0, wakeAt: undefined };
  if (held.length === 0) return quiet;
  const title = digest ? '**Your digest**' : '**While you had quiet hours**';
  const more = left > 0 ? [`- and ${left} more; \`deployments\` shows them`] : [];
  return say(quiet, [title, ...held.map((line) => `- ${line}`), ...more].join('\n'), now);
}

function say(record: Hearing, text: string, now: number): Hearing {
  const number = record.effectsMade + 1;
  const effect = { key: `${number}:say`, kind: 'say', detail: { text }, attempts: 0, dueAt: now };
  return { ...record, effectsMade: number, pending: [...record.pending, effect] };
}
