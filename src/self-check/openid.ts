import { publicOpenIdUrl } from '../chat/teams';
import { causeOf } from './finding';
import type { Finding } from './finding';

const limitMs = 10_000;
const about = 'the signing keys of the Bot Framework';

/** Whether the keys that sign the messages of Teams can be read: without them every message is refused. */
export async function lookAtSigningKeys(openIdUrl = publicOpenIdUrl): Promise<Finding> {
  let url = openIdUrl;
  try {
    const { jwks_uri: next } = (await read(url)) as { jwks_uri?: unknown };
    if (typeof next !== 'string') return { about, problem: `${url} names no keys; a proxy may be answering for it.` };
    url = next;
    const { keys } = (await read(url)) as { keys?: unknown };
    if (Array.isArray(keys) && keys.length > 0) return { about };
    return { about, problem: `${url} holds no keys; a proxy may be answering for it.` };
  } catch (error) {
    const problem = `${url} can’t be read (${causeOf(error)}), so every message of Teams is refused; allow outgoing HTTPS to ${new URL(url).host}.`;
    return { about, problem };
  }
}

async function read(url: string): Promise<unknown> {
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(limitMs) });
  if (!answer.ok) throw new Error(`it answered ${answer.status}`);
  return answer.json();
}
