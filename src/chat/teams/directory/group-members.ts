import { cleanText } from '../../../core/text';
import { createBotToken, graphResource } from '../auth/authentication';
import type { BotToken } from '../auth/authentication';
import { isGuid, personId } from '../in/inbound';
import type { TeamsOptions } from '../connection';
import type { Person } from '../../contract';

/** Who is in a group of Entra, through nested groups too, as Microsoft Graph says it. */
export type GroupMembers = (groupId: string) => Promise<readonly Person[]>;

interface Page {
  readonly value?: readonly { '@odata.type'?: unknown; id?: unknown; displayName?: unknown }[];
  readonly '@odata.nextLink'?: unknown;
}

const publicGraph = 'https://graph.microsoft.com';
const timeLimitMs = 10_000;
const maxPages = 10;

/** Asks as the bot itself; without a registration there is nobody to ask. */
export function groupMembersFor(
  options: Pick<TeamsOptions, 'registration' | 'clock' | 'loginUrl' | 'identityEndpoint' | 'graphUrl'>,
): GroupMembers {
  const { registration, graphUrl } = options;
  if (!registration)
    return () => Promise.reject(new Error('Without a registration there is nobody to ask about groups of Entra'));
  return createGroupMembers({
    token: createBotToken(options, graphResource),
    tenantId: registration.tenantId,
    graphUrl,
  });
}

/** Needs the application permission GroupMember.Read.All; rejects when Graph does not tell all of it. */
export function createGroupMembers(options: {
  readonly token: BotToken;
  readonly tenantId: string;
  readonly graphUrl?: string;
}): GroupMembers {
  const { token, tenantId, graphUrl = publicGraph } = options;
  const origin = new URL(graphUrl).origin;

  async function page(url: URL): Promise<Page> {
    const headers = { authorization: `Bearer ${(await token.get()) ?? ''}` };
    const answer = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(timeLimitMs) });
    if (answer.ok) return (await answer.json()) as Page;
    await answer.body?.cancel();
    if (answer.status === 401) token.forget();
    throw new Error(`Microsoft Graph answered ${answer.status}`);
  }

  return async (groupId) => {
    const found: Person[] = [];
    let next: URL | undefined = new URL(
      `${origin}/v1.0/groups/${encodeURIComponent(groupId)}/transitiveMembers?$select=id,displayName&$top=999`,
    );
    for (let count = 0; next; count++) {
      // Half a group is no group: who is missing would lose a right, and nobody would know.
      if (count === maxPages) throw new Error(`More than ${maxPages} pages of members`);
      const { value = [], '@odata.nextLink': link }: Page = await page(next);
      for (const { '@odata.type': type, id, displayName } of value)
        if (type === '#microsoft.graph.user' && typeof id === 'string' && isGuid(id))
          found.push({ id: personId(tenantId, id), name: cleanText(String(displayName ?? ''), 80) });
      next = typeof link === 'string' ? new URL(link) : undefined;
      if (next && next.origin !== origin) throw new Error('Microsoft Graph points to another host');
    }
    return found;
  };
}
