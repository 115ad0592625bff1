import type { Arguments, Command, Reply, Turn } from '../../../chat/contract';
import { builtInRoles } from '../../../core/catalog';
import type { Catalog } from '../../../core/catalog';
import { personName, rightsOfRole } from '../../../core/catalog/rights';
import { UserError } from '../../../core/errors';
import { idFrom } from '../../../core/keys';
import { cleanText, enumerate } from '../../../core/text';
import { momentInZone } from '../../../core/time/clock';
import { createAskLimit } from '../../policy';
import { rightNamed, roleNames, scopeOf, termArguments, termOf, whereArguments } from '../parse';
import { holdsAlready } from '../policy';
import { describeUnknownRole, describeUntil } from '../text';
import { giversOf, narrowestRoleWith, waitsMs } from './policy';
import { createAccessStore } from './store';
import type { AccessParts } from './store';
import { describeWanted } from './text';

/**
 * Asks for a role for the person of this turn, as `access` does; the same key asks once. Rejects with `UserError` when it can't be asked for, and
 * with `StoreUnavailableError`.
 */
export type AskForRole = (turn: Turn, args: Arguments, key: string) => Promise<Reply>;

/** `access`: asks those who may give it for a role; the answer comes back by itself. */
export function createAccess(
  parts: AccessParts,
  commands: () => readonly Command[],
): { readonly command: Command; readonly ask: AskForRole } {
  const { deps } = parts;
  const requests = createAccessStore(parts);
  const limit = createAskLimit(deps);

  async function ask(turn: Turn, args: Arguments, key = turn.correlationId): Promise<Reply> {
    const { person, place, thread, correlationId } = turn;
    const now = deps.clock.now();
    const catalog = deps.catalog();
    const scope = scopeOf(catalog, args);
    const role = roleFor(catalog, commands(), args['role'] ?? '');
    const asked = describeWanted(role, scope);
    if (holdsAlready(catalog, person.id, role, scope))
      return { text: `**You have that already**: ${asked}. \`what can I do\` shows what it opens.` };
    const givers = giversOf(catalog, scope, person.id);
    if (!givers)
      throw new UserError(
        'Nobody but you could give that, so nobody was asked. The first admins are named in the settings or in the catalog file.',
      );
    const { until, reason, timeZone } = await termOf(deps, turn, args);
    const id = idFrom('access', key, role);
    await limit.count(person.id, 'access', id);
    await requests.ask(id, {
      person: { id: person.id, name: person.name },
      role,
      rights: rightsOfRole(catalog, role),
      ...scope,
      ...(until !== undefined && { until }),
      reason: cleanText(reason, 200),
      givers: givers.role,
      ...(personName(catalog, person.id) !== undefined && { wasKnown: true as const }),
      place,
      thread,
      correlationId,
      askedAt: now,
      expiresAt: now + waitsMs,
    });
    const names = enumerate(givers.names.slice(0, 4), 'or');
    const end = describeUntil(until, now, timeZone);
    return {
      text: `**I have asked ${names}** for ${asked}${end}. The answer comes to you, at the latest ${momentInZone(now + waitsMs, now, timeZone)}.`,
      audit: { target: asked, outcome: 'asked' },
    };
  }

  const command: Command = {
    name: 'access',
    operation: 'request-access',
    synonyms: ['request access', 'ask for access'],
    summary: 'Asks for a right; it goes to those who may give it',
    topic: 'Talk',
    arguments: [
      { name: 'role', kind: 'word', summary: 'a role, a right or a command', required: true, choices: roleNames },
      ...whereArguments,
      ...termArguments,
    ],
    examples: [
      'access developer on shop in staging until Friday because I join the shop team',
      'access deploy on shop',
    ],
    right: undefined,
    run: (turn, args) => ask(turn, args),
  };
  return { command, ask };
}

/** A role by its name; for a right or a command the role that gives it with the least beside it. */
function roleFor(catalog: Catalog, commands: readonly Command[], said: string): string {
  const wanted = rightNamed(catalog, commands, said);
  if (wanted === undefined) throw new UserError(describeUnknownRole(catalog, said, Object.keys(builtInRoles)));
  if (typeof wanted !== 'string') return wanted.role;
  const role = narrowestRoleWith(catalog, wanted);
  if (role === undefined) throw new UserError(`No role allows \`${wanted}\`, so nobody was asked.`);
  return role;
}
