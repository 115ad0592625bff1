import { z } from 'zod';
import { enumerate } from '../../../core/text';
import type { CheckLine } from '../../contract';
import { checkCall } from '../../http/checks';
import type { AzureCalls } from '../calls';
import { listOf } from '../schema';
import { neededEvents } from './events';

/** Whether Azure DevOps tells Gavel of everything that it waits for. It turns off a subscription whose calls fail for long. */

const Subscription = z.object({
  eventType: z.string(),
  status: z.string(),
  consumerInputs: z.object({ url: z.string().nullish() }).nullish(),
});

const fix = 'In Azure DevOps, give Gavel’s account the permission View subscriptions on the project’s service hooks.';

/** `name`: of the connection, which the address of its calls ends with. */
export async function checkSubscriptions({ getOutside }: AzureCalls, name: string): Promise<CheckLine> {
  const about = 'receiving events';
  let found: readonly z.output<typeof Subscription>[] = [];
  const line = await checkCall(
    about,
    async () => {
      const query = { consumerId: 'webHooks' };
      found = (await getOutside(['hooks', 'subscriptions'], listOf(Subscription), query)).value;
    },
    fix,
  );
  if (line.problem !== undefined) return line;
  const own = found.filter(({ consumerInputs }) => consumerInputs?.url?.split('?')[0]?.endsWith(`/api/hooks/${name}`));
  const stateOf = (event: string): string[] =>
    own.filter(({ eventType }) => eventType === event).map(({ status }) => status);
  const missing = neededEvents.filter((event) => stateOf(event).length === 0);
  if (missing.length > 0)
    return { about, problem: `No service hook for ${enumerate(missing)} calls Gavel. Add it in the project settings.` };
  const off = neededEvents.filter((event) => !stateOf(event).some((status) => status === 'enabled'));
  if (off.length === 0) return { about };
  return {
    about,
    problem: `Azure DevOps has turned off the service hook for ${enumerate(off)}, or is about to. Enable it in the project settings.`,
  };
}
