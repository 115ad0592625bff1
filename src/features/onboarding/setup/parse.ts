import { z } from 'zod';
import type { Act, Operation } from '../../../core/operations';

/** What somebody chose on the setup card, and what saving it does. Pure. */

const list = z
  .string()
  .max(2_000)
  .default('')
  .transform((text) => text.split(/[,;\s]/).filter((each) => each !== '' && each !== 'and'));
export const ChosenSetup = z.object({
  id: z.string().min(1).max(300),
  services: list,
  environments: list,
  outcomes: z.enum(['failures', 'everything']).default('failures'),
  when: z.enum(['at once', 'digest']).default('at once'),
  hours: z.string().max(40).default('none'),
  cards: z.enum(['true', 'false']).default('false'),
  approver: z.string().max(200).default(''),
});
export type ChosenSetup = z.infer<typeof ChosenSetup>;

/** What one save does: what comes here, where the cards go, and who approves. What was there before may go, so the first is about everything. */
export function setupActs({ services, cards, approver }: ChosenSetup): Act[] {
  const of = (operation: Operation): Act[] => services.map((service) => ({ operation, reach: { service } }));
  return [
    { operation: 'subscribe', reach: {} },
    ...(cards === 'true' ? of('announce') : []),
    ...(approver === '' ? [] : of('grant')),
  ];
}
