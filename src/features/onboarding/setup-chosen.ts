import { z } from 'zod';
import type { Place } from '../../chat/contract';
import type { Act, Operation } from '../../core/operations';
import { enumerate, plainText } from '../../core/text';

/** What somebody chose on the setup card, and what saving it does. Pure. */

const list = z
  .string()
  .max(2_000)
  .default('')
  .transform((text) => text.split(/[,;\s]/).filter((each) => each !== '' && each !== 'and'));
export const Chosen = z.object({
  id: z.string().min(1).max(300),
  services: list,
  environments: list,
  outcomes: z.enum(['failures', 'everything']).default('failures'),
  when: z.enum(['at once', 'digest']).default('at once'),
  hours: z.string().max(40).default('none'),
  cards: z.enum(['true', 'false']).default('false'),
  approver: z.string().max(200).default(''),
});
export type Chosen = z.infer<typeof Chosen>;

/** What one save does: what comes here, where the cards go, and who approves. What was there before may go, so the first is about everything. */
export function setupActs({ services, cards, approver }: Chosen): Act[] {
  const of = (operation: Operation): Act[] => services.map((service) => ({ operation, reach: { service } }));
  return [
    { operation: 'subscribe', reach: {} },
    ...(cards === 'true' ? of('announce') : []),
    ...(approver === '' ? [] : of('grant')),
  ];
}

/** What a save would change, said before it is done. */
export function chosenWords(
  { cards, when, approver }: Chosen,
  { place, services, approverName }: { place: Place; services: readonly string[]; approverName: string | undefined },
): string {
  const where = plainText(place.name, 60);
  const what = plainText(enumerate(services), 150);
  if (services.length === 0) return `Ends all notifications in ${where}.`;
  const notified = `Notifies ${where} about ${what}, ${when === 'digest' ? 'once a day' : 'at once'}.`;
  const posted = cards === 'true' ? ` Posts their cards there.` : '';
  const approves =
    approver === '' ? '' : ` Makes ${plainText(approverName ?? 'somebody unknown', 60)} an approver for ${what}.`;
  return `${notified}${posted}${approves}`;
}
