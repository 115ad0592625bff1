import type { Person } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { lookUp } from '../../core/look-up';
import { plainText } from '../../core/text';
import type { PendingEffect } from '../../jobs/contract';
import { receiverKey } from './record';
import type { GrantLedger, Receiver, StoredGrant } from './record';
import { receiverWords, scopeWords, typedScope, untilWords, whyWords } from './words';

/** What follows from a change of rights: its audit entry, and a word to whom it is about. Pure. */

export type NewEffect = Pick<PendingEffect, 'kind' | 'detail'>;

const maxTold = 50;

/** The ledger with other grants, the next moment at which one runs out, and what follows. */
export function changed(
  ledger: GrantLedger,
  grants: readonly StoredGrant[],
  effects: readonly NewEffect[],
  now: number,
): GrantLedger {
  const ends = grants.flatMap(({ until }) => until ?? []);
  return {
    ...ledger,
    serial: ledger.serial + 1,
    grants,
    effectsMade: ledger.effectsMade + effects.length,
    pending: [
      ...ledger.pending,
      ...effects.map(({ kind, detail }, index): PendingEffect => ({
        key: `${ledger.effectsMade + index + 1}:${kind}`,
        kind,
        detail,
        attempts: 0,
        dueAt: now,
      })),
    ],
    wakeAt: ends.length === 0 ? undefined : Math.min(...ends),
  };
}

export function givenEffects(
  grant: StoredGrant,
  became: 'granted' | 'changed',
  turn: string,
  base: Catalog,
  now: number,
): NewEffect[] {
  const { by, role, until, reason } = grant;
  const end = untilWords(until, now, base.timeZone);
  const lead = became === 'granted' ? 'You have a new right' : 'Your right was changed';
  const text = `**${lead}**: ${plainText(role)} ${scopeWords(grant)}${end}${throughWords(grant.to)}, given by ${plainText(by.name, 60)}.${whyWords(reason)} Write \`what can I do\` to see what it opens.`;
  return [audit(grant, became, by.id, reason, turn, now), ...tell(grant.to, base, text)];
}

export function takenEffects(
  grant: StoredGrant,
  { by, reason, turn }: { readonly by: Person; readonly reason: string; readonly turn: string },
  base: Catalog,
  now: number,
): NewEffect[] {
  const text = `**A right of yours was taken back** by ${plainText(by.name, 60)}: ${plainText(grant.role)} ${scopeWords(grant)}${throughWords(grant.to)}.${whyWords(reason)} If you still need it, write \`access ${plainText(grant.role)}${typedScope(grant)}\`.`;
  return [audit(grant, 'revoked', by.id, reason, turn, now), ...tell(grant.to, base, text)];
}

/** `stillHas`: whoever has it by another grant as well notices nothing and is told nothing. */
export function endedEffects(
  grant: StoredGrant,
  stillHas: (personId: string, grant: StoredGrant) => boolean,
  base: Catalog,
  now: number,
): NewEffect[] {
  const text = `**Your time as ${plainText(grant.role)} ${scopeWords(grant)} is over**${throughWords(grant.to)}, as was said when ${plainText(grant.by.name, 60)} gave it. Thank you. If you need it again, write \`access ${plainText(grant.role)}${typedScope(grant)}\`.`;
  const told = tell(grant.to, base, text, (personId) => !stillHas(personId, grant));
  return [audit(grant, 'ran out', 'gavel', '', grant.id, now), ...told];
}

function audit(grant: StoredGrant, outcome: string, who: string, reason: string, turn: string, at: number): NewEffect {
  const { to, role, services, environments, until } = grant;
  const detail = {
    who,
    outcome,
    target: receiverKey(to),
    role,
    services: services?.join(', ') ?? 'all',
    environments: environments?.join(', ') ?? 'all',
    ...(until !== undefined && { until }),
    ...(reason !== '' && { reason }),
    turn,
    at,
  };
  return { kind: 'audit', detail };
}

function tell(
  to: Receiver,
  base: Catalog,
  text: string,
  wanted: (personId: string) => boolean = () => true,
): NewEffect[] {
  const ids =
    'person' in to
      ? [to.person.id]
      : (lookUp(base.groups, to.group) ?? []).flatMap((key) => lookUp(base.people, key)?.id ?? []);
  return ids
    .filter(wanted)
    .slice(0, maxTold)
    .map((who) => ({ kind: 'tell', detail: { who, text } }));
}

const throughWords = (to: Receiver): string => ('group' in to ? ` through ${receiverWords(to)}` : '');
