import assert from 'node:assert/strict';
import type { Person } from '../../../src/chat/contract';
import { builtInRoles } from '../../../src/core/catalog';
import { people, sampleCatalog } from '../fakes';
import { createTalkWorld } from '../talk-world';
import type { TalkWorld } from '../talk-world';

/** One person for each role, who has it through a grant in chat. */

const tenant = people.ada.id.split('/')[0] ?? '';
export const somebody = (index: number, name: string): Person => ({
  id: `${tenant}/44444444-0000-4000-8000-00000000000${index}`,
  name,
});
/** One person for each role, with nothing else; the guest can view one service in one environment. */
export const cast = {
  nobody: somebody(1, 'Norma Nobody'),
  guest: somebody(2, 'Gus Guest'),
  viewer: somebody(3, 'Vera Viewer'),
  developer: somebody(4, 'Dan Developer'),
  operator: somebody(5, 'Olga Operator'),
  approver: somebody(6, 'Abe Approver'),
  admin: somebody(7, 'Amy Admin'),
};
export type Role = keyof typeof cast;
export const roles = Object.keys(cast) as Role[];
const rolesWithRights = roles.filter((role) => role !== 'nobody' && role !== 'guest');
export const holders = (right: string): Role[] =>
  rolesWithRights.filter((role) => builtInRoles[role]?.some((each) => each === right));

export async function open(options: Parameters<typeof createTalkWorld>[0] = {}): Promise<TalkWorld> {
  const catalog = { ...sampleCatalog(), confirm: [{ operation: 'forget' as const, expiresAfterSeconds: 600 }] };
  const talk = createTalkWorld(options, { catalog: () => catalog });
  for (const role of rolesWithRights) await grant(talk, `grant ${role} to`, cast[role]);
  await grant(talk, 'grant viewer on shop in staging to', cast.guest);
  await talk.world.pass(1_000);
  return talk;
}
export async function grant(talk: TalkWorld, line: string, person: Person): Promise<void> {
  const mentions = [{ token: person.id, name: person.name, person }];
  assert.match(await talk.say(people.ada, `${line} ${person.id}`, { mentions }), /now has the .* role/);
}
