/**
 * The sample world of the playground: one tenant, one team, a group chat, five people and a guest of the shared channel. The ids look like those of
 * Teams.
 */

export interface SamplePerson {
  readonly key: string;
  readonly name: string;
  readonly title: string;
  /** Teams' own id of the person for this bot. */
  readonly id: string;
  readonly aadObjectId: string;
  /** Another organization than the team's. */
  readonly tenantId?: string;
}

type ConversationType = 'channel' | 'groupChat' | 'personal';

export interface SampleConversation {
  readonly id: string;
  readonly name: string;
  readonly type: ConversationType;
  /** Keys of its members. */
  readonly members: readonly string[];
  /** A channel with its own members; Gavel has to be added to it separately. */
  readonly membership?: 'private' | 'shared';
}

export const tenantId = '00000000-0000-4000-8000-00000000c0de';
export const bot = { id: '28:gavel', name: 'Gavel' } as const;
export const team = {
  /** The id of its General channel, as in Teams. */
  id: '19:general@thread.tacv2',
  name: 'Storefront',
  aadGroupId: '22222222-0000-4000-8000-000000000001',
} as const;

const person = (key: string, name: string, title: string, digits: string): SamplePerson => ({
  key,
  name,
  title,
  id: `29:${key}`,
  aadObjectId: `11111111-0000-4000-8000-0000000000${digits}`,
});

const colleagues: readonly SamplePerson[] = [
  person('dana', 'Dana Developer', 'Developer', 'd1'),
  person('avery', 'Avery Approver', 'Release lead', 'a1'),
  person('noor', 'Noor Operator', 'Site reliability', 'b1'),
  person('ada', 'Ada Admin', 'Administrator', 'ad'),
  person('nico', 'Nico Newcomer', 'New here', 'e1'),
];

/** Only in the shared channel. */
const partner: SamplePerson = {
  ...person('pat', 'Pat Partner', 'From another organization', 'ff'),
  tenantId: '00000000-0000-4000-8000-00000000beef',
};

export const people: readonly SamplePerson[] = [...colleagues, partner];

const everyone = colleagues.map((each) => each.key);

const channel = (
  key: string,
  name: string,
  members: readonly string[] = everyone,
  membership?: 'private' | 'shared',
): SampleConversation => ({
  ...{ id: `19:${key}@thread.tacv2`, name, type: 'channel', members },
  ...(membership && { membership }),
});

export const conversations: readonly SampleConversation[] = [
  channel('general', 'General'),
  channel('deployments', 'Deployments'),
  channel('incidents', 'Incidents'),
  channel('release-room', 'Release room', ['dana', 'avery', 'ada'], 'private'),
  channel('partners', 'Partners', ['dana', 'noor', 'ada', 'pat'], 'shared'),
  {
    id: '19:release-crew@thread.v2',
    name: 'Release crew',
    type: 'groupChat',
    members: ['dana', 'avery', 'noor', 'ada'],
  },
  ...colleagues.map((each): SampleConversation => ({
    id: `a:${each.key}`,
    name: bot.name,
    type: 'personal',
    members: [each.key],
  })),
];

export function personByKey(key: string): SamplePerson | undefined {
  return people.find((each) => each.key === key);
}

/** By Teams id or Entra object id. */
export function personById(id: string): SamplePerson | undefined {
  return people.find((each) => each.id === id || each.aadObjectId === id);
}

/** The conversation without its thread, and the root of the thread: `19:x@thread.tacv2;messageid=12`. */
export function splitConversationId(id: string): { base: string; root: string | undefined } {
  const [base = '', root] = id.split(';messageid=');
  return { base, root };
}

export function conversationById(id: string): SampleConversation | undefined {
  const { base } = splitConversationId(id);
  return conversations.find((each) => each.id === base);
}
