import assert from 'node:assert/strict';
import type { Arguments, Command, Reply, Turn } from '../../../src/chat/contract';
import { commandList } from '../../../src/chat/router/typed';
import { mayAnywhere } from '../../../src/core/catalog/rights';
import { examplesOf } from '../../../src/features/help/text';
import { turnOf } from '../fakes';
import { privately, wordsOf } from '../talk-world';
import type { TalkWorld } from '../talk-world';
import { cast, grant, open, roles, somebody } from './cast';
import type { Role } from './cast';
import { commandsOfRight } from './commands';

/** Each command, tried by each role. The table comes from the commands themselves, so none is forgotten. */

describe('each command, tried by each role', () => {
  let talk: TalkWorld;
  let reached: string[];
  let stops = false;
  let commands: readonly Command[];
  before(async () => {
    reached = [];
    talk = await open({ guard: async () => undefined });
    commands = talk.features.features.flatMap((feature) => feature.commands ?? []);
    for (const command of commands) {
      const run = command.run.bind(command);
      Object.assign(command, {
        run: async (turn: Turn, args: Arguments) =>
          stops ? (reached.push(command.name), { notice: 'let through' }) : run(turn, args),
      });
    }
  });
  afterEach(() => void (stops = false));
  after(() => talk.close());

  const answer = (role: Role, line: string): Promise<Reply> =>
    talk.router.handleText(turnOf(cast[role], { trigger: 'typed', ...privately(cast[role]) }), line);
  const cardOf = (reply: Reply): string => ('card' in reply ? reply.card : '');
  const allows = (role: Role, { right }: Command): boolean =>
    right === undefined || mayAnywhere(talk.features.catalog(), cast[role].id, right);

  it('is in the table, with the right that it needs', () => {
    const found = commands.map(({ name, right = 'everybody' }) => `${right}: ${name}`);
    const decided = Object.entries(commandsOfRight).flatMap(([right, names]) =>
      names.map((name) => `${right}: ${name}`),
    );
    assert.deepEqual(found.sort(), decided.sort());
  });

  for (const role of roles)
    it(`${role}: allows what the role allows, and refuses everything else with who can and how to request it`, async () => {
      stops = true;
      for (const command of commands) {
        if (role === 'guest' && allows(role, command)) continue;
        // Commands that open another card without arguments are tested with them.
        const examples = command.examples.toSorted((one, other) => other.length - one.length);
        const line = (command.opens ? examples : command.examples)[0] ?? command.name;
        reached.length = 0;
        const reply = await answer(role, line);
        const words = wordsOf(reply);
        if (allows(role, command)) {
          assert.ok(reached[0] === command.name || cardOf(reply) === 'chat/choose', `${role}: ${line}: ${words}`);
          continue;
        }
        assert.equal(cardOf(reply), 'chat/refusal', `${role}: ${line}: ${words}`);
        assert.deepEqual(reached, [], line);
        assert.match(words, /You can’t .*permission/, line);
        assert.match(words, new RegExp(`"id":"access ${command.right}`), `${line} offers to ask for the right`);
      }
    });

  /** A topic can have several cards, each leading to the next. */
  async function pagesOf(role: Role, line: string): Promise<Reply[]> {
    const pages: Reply[] = [];
    for (let next: string | undefined = line.trim(); next !== undefined && pages.length < 9;) {
      const page: Reply = await answer(role, next);
      pages.push(page);
      const at = pages.length;
      next = buttonsOf(page).find((each) => new RegExp(`^${line} ${at + 1}$`).test(each));
    }
    return pages;
  }

  for (const role of roles)
    it(`${role}: help lists what the role allows, all of it and nothing else`, async () => {
      const offered = new Set<string>();
      for (const topic of ['', 'ship', 'decide', 'look', 'talk'])
        for (const reply of await pagesOf(role, `help ${topic}`))
          for (const { command, line } of rowsOf(reply))
            if (!line.endsWith(' commands')) offered.add(command);
            else for (const row of rowsOf(await answer(role, line))) offered.add(row.command);
      const expected = commands.filter((command) => allows(role, command));
      const firstOf = (command: Command): string => examplesOf(talk.features.catalog(), command)[0] ?? '';
      assert.deepEqual(
        expected.map(firstOf).filter((line) => !offered.has(line)),
        [],
        'left out',
      );
      const firsts = new Map(commands.map((command) => [firstOf(command), command]));
      for (const line of offered)
        assert.ok(expected.includes(firsts.get(line) ?? assert.fail(line)), `${role}: ${line}`);
      assert.deepEqual(
        commandList(talk.features.features, talk.features.catalog(), cast[role].id).map(({ name }) => name),
        expected.map(({ name }) => name),
      );
    });

  for (const role of roles)
    it(`${role}: finds no button of a forbidden command in help, hello, suggestions and refusals`, async () => {
      const lines = ['hello', 'deplyo shop', 'grnat', 'restrat shop', 'help restart', 'help grant', 'what can i do'];
      for (const line of lines)
        for (const offered of buttonsOf(await answer(role, line))) {
          const command = commands.find(({ name, synonyms = [] }) =>
            [name, ...synonyms].some((word) => offered === word || offered.startsWith(`${word} `)),
          );
          assert.ok(command && allows(role, command), `${role}: ${line} offers ${offered}`);
        }
    });

  it('changes nothing at once by a click on a line in help, even for an admin', async () => {
    for (const { name, arguments: specs = [] } of commands.filter(
      ({ right }) => right !== 'view' && right !== undefined,
    )) {
      if (specs.length === 0) continue;
      const before = (await talk.audits()).length;
      for (const line of buttonsOf(await answer('admin', `help ${name}`)))
        await talk.router.handleAction(turnOf(cast.admin), 'chat.run', { id: line });
      await talk.world.pass(1_000);
      assert.equal((await talk.audits()).length, before, name);
    }
  });

  it('offers in pickers and forms only the places where this person can do it', async () => {
    const scoped = somebody(8, 'Sam Staging');
    await grant(talk, 'grant operator on shop in staging to', scoped);
    const asks = (line: string): Promise<string> => talk.say(scoped, line, privately(scoped));
    for (const line of ['deploy', 'deploy shop', 'rollback', 'where', 'fleet', 'restart', 'deployments'])
      assert.doesNotMatch(await asks(line), /"value":"production"|in production \(|"environment":"production"/);
    assert.match(await asks('deploy shop'), /staging/);
    for (const line of ['deploy shop to production', 'restart shop in production', 'rollback shop in production'])
      assert.match(await asks(line), /You (can’t|may not).*production/, line);
  });
});

/** All rows of a help card. */
function rowsOf(reply: Reply): readonly { readonly command: string; readonly line: string }[] {
  assert.ok('card' in reply);
  const groups = (reply.data as { groups?: { commands: { command: string; line: string }[] }[] }).groups ?? [];
  return groups.flatMap(({ commands }) => commands);
}

/** The lines behind the buttons of a card. */
function buttonsOf(reply: Reply): string[] {
  if (!('card' in reply)) return [];
  const found: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('line' in value && typeof value.line === 'string') found.push(value.line);
    if ('verb' in value && value.verb === 'chat.run' && 'id' in value) found.push(String(value.id));
    Object.values(value).forEach(walk);
  };
  walk(reply.data);
  return found;
}
