import { publicOpenIdUrl } from '../chat/teams';
import { causeOf } from './finding';
import type { Finding } from './finding';

const limitMs = 10_000;
const about = 'the messaging endpoint';
/** Gavel's answer to something that isn't an activity. */
const ownWords = 'The request isn’t a Bot Framework activity.';

/** Whether Teams can reach Gavel. From here, only the public address can be checked, not the path from Teams to it. */
export async function lookAtEndpoint(endpoint: string | undefined, heardOfTeams: boolean): Promise<Finding> {
  if (endpoint === undefined)
    return heardOfTeams
      ? { about: `${about}: Teams reaches it` }
      : { about, unchecked: 'To check this, set GAVEL_ENDPOINT to the messaging endpoint of your bot registration.' };
  try {
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
      redirect: 'error',
      signal: AbortSignal.timeout(limitMs),
    });
    const text = await answer.text();
    if (answer.status === 400 && text.includes(ownWords)) return { about };
    const problem = `${endpoint} returned ${answer.status}, so something other than Gavel responded. Forward /api/messages to Gavel, and set the same address in the bot registration.`;
    return { about, problem };
  } catch (error) {
    const problem = `${endpoint} can’t be reached (${causeOf(error)}), so Teams can’t deliver anything. Check the name, the certificate, and the proxy in front of Gavel.`;
    return { about, problem };
  }
}

const keysAbout = 'the Bot Framework signing keys';

/** Whether the signing keys for Teams messages can be read: without them, every message is refused. */
export async function lookAtSigningKeys(openIdUrl = publicOpenIdUrl): Promise<Finding> {
  let url = openIdUrl;
  try {
    const { jwks_uri: next } = (await read(url)) as { jwks_uri?: unknown };
    if (typeof next !== 'string')
      return {
        about: keysAbout,
        problem: `${url} doesn’t say where the keys are. Check whether a proxy is responding instead.`,
      };
    url = next;
    const { keys } = (await read(url)) as { keys?: unknown };
    if (Array.isArray(keys) && keys.length > 0) return { about: keysAbout };
    return {
      about: keysAbout,
      problem: `The response from ${url} contains no signing keys. Check whether a proxy is responding instead.`,
    };
  } catch (error) {
    const problem = `${url} can’t be read (${causeOf(error)}), so every message from Teams is refused. Allow outgoing HTTPS to ${new URL(url).host}.`;
    return { about: keysAbout, problem };
  }
}

async function read(url: string): Promise<unknown> {
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(limitMs) });
  if (!answer.ok) throw new Error(`it returned ${answer.status}`);
  return answer.json();
}
