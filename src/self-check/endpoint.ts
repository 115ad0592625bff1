import { causeOf } from './finding';
import type { Finding } from './finding';

const limitMs = 10_000;
const about = 'the messaging endpoint';
/** What Gavel itself answers to something that is no activity. */
const ownWords = 'This is not an activity.';

/** Whether Teams can reach Gavel. From here only the public address can be asked; what lies between Teams and it can't be seen. */
export async function lookAtEndpoint(endpoint: string | undefined, heardOfTeams: boolean): Promise<Finding> {
  if (endpoint === undefined)
    return heardOfTeams
      ? { about: `${about}: Teams reaches it, since you could ask` }
      : { about, unchecked: 'Set GAVEL_ENDPOINT to the messaging endpoint of the registration, and it is checked.' };
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
    const problem = `${endpoint} answered ${answer.status}, and not as Gavel does; let what stands in front pass /api/messages on to it, and set the same address in the registration of the bot.`;
    return { about, problem };
  } catch (error) {
    const problem = `${endpoint} can’t be reached (${causeOf(error)}), so Teams can’t bring anything; check the name, the certificate and what stands in front of Gavel.`;
    return { about, problem };
  }
}
