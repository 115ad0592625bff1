import assert from 'node:assert/strict';
import { join } from 'node:path';
import Database from 'libsql';
import type { ArgumentSpec, Command } from '../../../src/chat/contract';
import { silentLogger } from '../../../src/core/telemetry/logger';
import type { Logger } from '../../../src/core/telemetry/logger';
import { people, turnOf } from '../fakes';
import { createTalkWorld } from '../talk-world';
import type { TalkWorld } from '../talk-world';

/** Names that every JavaScript object inherits. */
const words = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'];

const samples: Readonly<Record<ArgumentSpec['kind'], string>> = {
  service: 'shop',
  environment: 'staging',
  release: '2.14.0',
  deployment: 'D-1042',
  person: 'Noor Operator',
  word: 'developer',
  moment: 'Friday 18:00',
  phrase: 'shop',
  text: 'x is y',
};

describe('a word that every object inherits', () => {
  let talk: TalkWorld;
  let database: Database.Database;
  const errors: unknown[] = [];
  const logger: Logger = { ...silentLogger, error: (fields) => void errors.push(fields) };

  before(() => {
    talk = createTalkWorld({ logger });
    database = new Database(join(talk.world.folder, 'gavel.db'), { readonly: true });
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as { name: string }[];
    select = tables
      .map(({ name }) => name)
      .filter((name) => !/audit|history|leases|pickers|checklist/.test(name))
      .map((name) => database.prepare(`SELECT * FROM "${name}"`));
  });
  after(async () => {
    database.close();
    await talk.close();
  });

  let select: readonly Database.Statement[] = [];

  /** Everything stored, except what is written about every line and what only a card shows. */
  function kept(): string {
    return JSON.stringify(
      select.map((statement) => statement.all()),
      (key, value: unknown) => (key === 'version' ? undefined : value),
    );
  }

  const auditLength = (): number =>
    (database.prepare('SELECT count(*) AS count FROM "audit-entries"').get() as { count: number }).count;

  async function tryOut(line: string): Promise<void> {
    const [before, audited] = [kept(), auditLength()];
    let ended = '';
    const turn = turnOf(people.ada, { trigger: 'typed' });
    const answer = JSON.stringify(await talk.router.handleText(turn, line, (outcome) => (ended = outcome)));
    await talk.world.deps.sweeper.idle();
    assert.deepEqual(errors.splice(0), [], line);
    assert.doesNotMatch(answer, /Something went wrong|\[object |native code/, line);
    const isChanged = kept() !== before;
    if (['refused', 'failed', 'not understood', 'asked back'].includes(ended))
      assert.ok(!isChanged, `${line} ended as ${ended} and left something behind`);
    assert.ok(!isChanged || auditLength() > audited, `${line} changed something without a line in the audit`);
  }

  function lineOf({ name, arguments: specs = [] }: Command, alone: ArgumentSpec, word: string): string {
    const needed = specs.filter((spec) => spec === alone || spec.required === true);
    const value = (spec: ArgumentSpec): string => (spec === alone ? word : samples[spec.kind]);
    return [name, ...needed.map((spec) => `${spec.name}="${value(spec)}"`)].join(' ');
  }

  it('is nobody and nothing, in every argument of every command', async () => {
    const commands = talk.features.features.flatMap((feature) => feature.commands ?? []);
    let turn = 0;
    for (const command of commands)
      for (const spec of command.arguments ?? []) {
        // Any word is a reason, and this line starts something.
        if (command.name === 'emergency deploy' && spec.kind === 'text') continue;
        // Any words are a title, and this line prepares a draft.
        if (command.name === 'ticket open' && spec.kind === 'text') continue;
        // Two words for each argument, with another two for the next one, so that all of them are used for every kind.
        for (const word of [words[turn % words.length], words[(turn + 3) % words.length]])
          await tryOut(lineOf(command, spec, word ?? '__proto__'));
        turn++;
      }
  });

  it('is not a command, an alias, a memory or a person', async () => {
    for (const word of ['__proto__', 'constructor', 'toString'])
      for (const line of [
        word,
        `${word} shop`,
        `recall ${word}`,
        `unalias ${word}`,
        `delegate my approvals to ${word} until 1 January 2036`,
        `grant ${word} on shop to Noor Operator`,
        `grant developer on ${word} to Noor Operator`,
        `grant developer to ${word}`,
        `revoke developer from ${word}`,
        `who can ${word}`,
        `audit who=${word}`,
        `subscribe shop on ${word}`,
        `policy shop in ${word}`,
        `deploy ${word} ${word} to ${word}`,
      ])
        await tryOut(line);
  });
});
