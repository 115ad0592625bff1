import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ZodObject, ZodType } from 'zod';
import type { OutboxMessage, Turn } from '../../src/chat/contract';
import { maskInput } from '../../src/chat/router';
import { createSecretWarning } from '../../src/chat/router/sentences';
import { maskCommand } from '../../src/chat/router/typed';
import { silentLogger } from '../../src/core/telemetry/logger';
import { createFakeWorld, people, turnOf } from './fakes';
import { createTalkWorld, roles, there } from './talk-world';
import type { TalkWorld } from './talk-world';

// Assembled here, so that no scanner mistakes this file for a leak.
const token = ['ghp_', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('');

describe('a secret in typed text', () => {
  let talk: TalkWorld;
  const warnings: (readonly string[])[] = [];
  beforeEach(() => {
    warnings.length = 0;
    talk = createTalkWorld({
      warnAboutSecret: (_turn, kinds) => void (kinds.length > 0 && warnings.push(kinds)),
    });
  });
  afterEach(() => talk.close());

  it('reaches no answer, message, audit entry or file, and its author is warned', async () => {
    const lines = [
      `lock shop in staging because migrating with ${token}`,
      `freeze payments in production until tomorrow because ${token} leaks`,
      `grant developer on shop to Nico Newcomer because of ${token}`,
      `access operator on shop in staging because ${token}`,
    ];
    const said: string[] = [];
    for (const line of lines) said.push(await talk.say(roles.admin, line, there));
    await talk.world.deps.sweeper.idle();
    const seen = JSON.stringify([said, await talk.audits(), [...talk.world.outbox.messages.values()]]);
    assert.ok(!seen.includes('ghp_'), seen);
    assert.ok(seen.includes('[secret]'));
    await talk.features.idle();
    const { folder } = talk.world;
    const files = readdirSync(folder, { withFileTypes: true }).filter((each) => each.isFile());
    assert.ok(files.length >= 3);
    for (const { name } of files) assert.ok(!readFileSync(join(folder, name)).includes('ghp_'), name);
    assert.deepEqual(
      warnings,
      lines.map(() => ['a GitHub token']),
    );
  });

  it('is masked in the free text of every command, and in nothing else', () => {
    const commands = talk.features.features.flatMap((feature) => feature.commands ?? []);
    for (const command of commands) {
      const args = Object.fromEntries((command.arguments ?? []).map(({ name }) => [name, `x ${token}`]));
      const masked = maskCommand(command, args, `${command.name} x ${token}`);
      for (const { name, kind } of command.arguments ?? []) {
        const isMasked = ['text', 'phrase', 'moment'].includes(kind) && command.refusesSecrets === undefined;
        assert.equal(masked.args[name], isMasked ? 'x [secret]' : `x ${token}`, `${command.name} ${name}`);
      }
      assert.equal(masked.line.includes(token), masked.kinds.length === 0, command.name);
    }
  });

  it('is refused by every command that says it refuses secrets', async () => {
    const commands = talk.features.features.flatMap((feature) => feature.commands ?? []);
    const lines: Readonly<Record<string, string>> = {
      'memory remember': `remember key is ${token}`,
      'alias add': `alias ship = lock shop because ${token}`,
      'schedule every': `every Friday at 16:00 remind me ${token}`,
      'schedule in': `in 2 hours remind me ${token}`,
      'schedule at': `at 16:30 remind me ${token}`,
      'schedule on': `on Friday at 9 remind me ${token}`,
      'schedule tomorrow': `tomorrow at 9 remind me ${token}`,
      'schedule reminder': `remind me of ${token} at 9`,
    };
    for (const { name } of commands.filter(({ refusesSecrets }) => refusesSecrets)) {
      const line = lines[name];
      assert.ok(line, `${name} has no line here`);
      assert.match(await talk.say(roles.admin, line), /looks like/, name);
    }
  });

  it('is masked in every free-text field of a button', () => {
    const chosen = /^(id|service|services|environment|environments|release|hours|approver|what|where|choice-\d)$/;
    const actions = talk.features.features.flatMap((feature) => feature.actions ?? []);
    for (const action of actions) {
      const fields = Object.entries(shapeOf(action.input)).filter(
        ([, schema]) => schema.safeParse('Well, the key is gone! It was the old one, and nobody knows why.').success,
      );
      for (const [field] of fields) {
        if (chosen.test(field)) continue;
        assert.ok(action.freeText?.includes(field), `${action.verb} takes words in ${field} without masking them`);
        const { input, kinds } = maskInput(action, { id: token, [field]: `x ${token}` });
        assert.deepEqual([input, kinds], [{ id: token, [field]: 'x [secret]' }, ['a GitHub token']]);
      }
    }
  });
});

describe('the warning about a secret', () => {
  it('goes to the author, in private, and says what to do', async () => {
    const world = createFakeWorld();
    const sent: OutboxMessage[] = [];
    const outbox = { ...world.deps.outbox, put: async (message: OutboxMessage) => void sent.push(message) };
    const warn = createSecretWarning(outbox, silentLogger);
    const turn = (trigger: Turn['trigger']): Turn => turnOf(people.dana, { trigger });
    warn(turn('typed'), ['a password', 'a GitHub token']);
    warn(turn('clicked'), ['a password']);
    warn(turn('typed'), []);
    await world.close();
    assert.deepEqual(
      sent.map(({ destination }) => destination),
      [0, 1].map(() => ({ to: 'person', personId: people.dana.id })),
    );
    const [typed, clicked] = sent.map(({ content }) => ('text' in content ? content.text : ''));
    assert.equal(
      typed,
      'What you wrote seems to contain a password and a GitHub token. I store and show `[secret]` instead. Your own message still shows what you wrote. Delete the message, and rotate any secret that others could see.',
    );
    assert.match(clicked ?? '', /^What you entered .* If you entered a real secret, rotate it\.$/);
  });
});

/** The fields of an input, through everything that is done with them after parsing. */
function shapeOf(schema: ZodType): Readonly<Record<string, ZodType>> {
  const { def } = schema as unknown as { readonly def: { readonly type: string; readonly in?: ZodType } };
  if (def.type === 'pipe' && def.in) return shapeOf(def.in);
  assert.equal(def.type, 'object');
  return (schema as unknown as ZodObject).shape as unknown as Readonly<Record<string, ZodType>>;
}
