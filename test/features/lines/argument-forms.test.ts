import assert from 'node:assert/strict';
import type { ArgumentSpec, Command } from '../../../src/chat/contract';
import { createLanguage } from '../../../src/chat/language';
import type { Language } from '../../../src/chat/language';
import { partialLine } from '../../../src/chat/router/cards';
import { knownNames } from '../../../src/chat/router/typed';
import { createFeatures } from '../../../src/features';
import { createFakeWorld } from '../fakes';

/** What the README promises for every command: `key=value` and `--key value`, in any order, with the reason before or after. */

const samples: Readonly<Record<ArgumentSpec['kind'], string>> = {
  service: 'shop',
  environment: 'staging',
  release: '2.14.0',
  deployment: 'D-1042',
  person: 'Noor Operator',
  word: 'developer',
  moment: 'Friday 18:00',
  phrase: 'failure branch main',
  text: "it — hangs, badly! It's `down`",
};

type Form = (specs: readonly (ArgumentSpec & { readonly value: string })[]) => string;
const quoted = (value: string): string => (value.includes(' ') ? `"${value}"` : value);
const keyed: Form = (specs) => specs.map(({ name, value }) => `${name}=${quoted(value)}`).join(' ');
const byKeyword: Form = (specs) =>
  specs.map(({ name, keyword, value }) => `${keyword ?? name}=${quoted(value)}`).join(' ');
const options: Form = (specs) => specs.map(({ name, value }) => `--${name} ${quoted(value)}`).join(' ');
const colons: Form = (specs) =>
  specs
    .map((spec) =>
      spec.keyword === 'because' || spec.keyword === 'until' ? `${spec.keyword}: ${quoted(spec.value)}` : keyed([spec]),
    )
    .join(' ');
const typed: Form = (specs) => specs.map(({ keyword, value }) => [keyword, value].filter(Boolean).join(' ')).join(' ');
const quotedText: Form = (specs) =>
  specs
    .map(({ keyword, kind, value }) => [keyword, kind === 'text' ? `"${value}"` : value].filter(Boolean).join(' '))
    .join(' ');
const dashed: Form = (specs) => options(specs).replaceAll('--', '—');
const reversed =
  (form: Form): Form =>
  (specs) =>
    form([...specs].reverse());
/** The words after `because`, wherever it is, aren't taken for anything else. */
const reasonFirst: Form = (specs) =>
  quotedText([
    ...specs.filter(({ keyword }) => keyword === 'because'),
    ...specs.filter(({ keyword }) => keyword !== 'because'),
  ]);

const forms: Readonly<Record<string, Form>> = {
  'name=value': keyed,
  'name=value, the last first': reversed(keyed),
  'keyword=value': byKeyword,
  'keyword=value, the last first': reversed(byKeyword),
  '--name value': options,
  '--name value, the last first': reversed(options),
  '—name value, as phones write it': dashed,
  'because: and until:': colons,
  'because: and until:, the last first': reversed(colons),
  'as it is typed': typed,
  'the reason first': reasonFirst,
};

describe('every argument of every command', () => {
  const world = createFakeWorld();
  const commands = createFeatures(world.deps).features.flatMap((feature) => feature.commands ?? []);
  const language: Language = createLanguage(commands);
  const names = knownNames(world.deps.catalog());
  after(() => world.close());

  function valuesOf({ arguments: specs = [] }: Command): readonly (ArgumentSpec & { readonly value: string })[] {
    const environments = ['staging', 'production'];
    return specs.map((spec) => ({
      ...spec,
      value: spec.kind === 'environment' ? (environments.shift() ?? 'staging') : samples[spec.kind],
    }));
  }

  for (const command of commands.filter(({ arguments: specs = [] }) => specs.length > 0))
    it(`${command.name}: in each form and order`, () => {
      const specs = valuesOf(command);
      const expected = Object.fromEntries(specs.map(({ name, value }) => [name, value]));
      for (const [form, write] of Object.entries(forms)) {
        const line = `${command.name} ${write(specs)}`;
        const parsed = language.parse(line, names);
        assert.ok(parsed.kind === 'command', `${form}: ${line} is ${parsed.kind}`);
        assert.equal(parsed.command, command, line);
        assert.deepEqual(parsed.args, expected, `${form}: ${line}`);
        assert.deepEqual(parsed.extra, [], `${form}: ${line}`);
      }
    });

  it('each alone, with whatever else is required', () => {
    for (const command of commands)
      for (const alone of valuesOf(command)) {
        const specs = valuesOf(command).filter(({ name, required }) => required === true || name === alone.name);
        const line = `${command.name} ${keyed(specs)}`;
        const parsed = language.parse(line, names);
        assert.ok(parsed.kind === 'command', line);
        assert.deepEqual(parsed.args, Object.fromEntries(specs.map(({ name, value }) => [name, value])), line);
      }
  });

  const table: readonly (readonly [line: string, args: Readonly<Record<string, string>>])[] = [
    ['lock shop staging reason=x', { service: 'shop', environment: 'staging', reason: 'x' }],
    ['lock shop in staging because x until 2h', { service: 'shop', environment: 'staging', reason: 'x', time: '2h' }],
    ['lock because x until 2h shop in staging', { service: 'shop', environment: 'staging', reason: 'x', time: '2h' }],
    ['lock until 2h shop staging because x', { service: 'shop', environment: 'staging', reason: 'x', time: '2h' }],
    ['lock because=x until=2h shop staging', { service: 'shop', environment: 'staging', reason: 'x', time: '2h' }],
    [
      'lock shop staging 2h because the fix is in',
      { service: 'shop', environment: 'staging', reason: 'the fix is in', time: '2h' },
    ],
    [
      'lock shop staging because we wait until the fix is in',
      { service: 'shop', environment: 'staging', reason: 'we wait until the fix is in' },
    ],
    [
      'lock shop staging because release=2.14 broke',
      { service: 'shop', environment: 'staging', reason: 'release=2.14 broke' },
    ],
    [
      'freeze until Monday 8:00 in production because x',
      { environment: 'production', reason: 'x', time: 'Monday 8:00' },
    ],
    [
      'freeze production shop until Monday because x',
      { environment: 'production', service: 'shop', reason: 'x', time: 'Monday' },
    ],
    ['mute because of the demo until 16:00', { reason: 'the demo', time: '16:00' }],
    ['restart because it hangs shop in staging', { service: 'shop', environment: 'staging', reason: 'it hangs' }],
    [
      'restart shop in staging because it hangs in staging',
      { service: 'shop', environment: 'staging', reason: 'it hangs in staging' },
    ],
    ['restart shop in staging please', { service: 'shop', environment: 'staging' }],
    ['grant operator because x to Noor Operator', { role: 'operator', person: 'Noor Operator', reason: 'x' }],
    [
      'grant operator until Friday to Noor Operator in staging because x',
      { role: 'operator', person: 'Noor Operator', environment: 'staging', time: 'Friday', reason: 'x' },
    ],
    [
      'grant operator in staging to group:change-board for 7 days',
      { role: 'operator', person: 'group:change-board', environment: 'staging', time: 'for 7 days' },
    ],
    ['delegate my approvals until Friday to Noor Operator', { person: 'Noor Operator', time: 'Friday' }],
    ['remember greeting = Hello!', { fact: 'greeting = Hello!' }],
    ['remember steps is 1. stop\r\n2. start…', { fact: 'steps is 1. stop\n2. start…' }],
    ['status shop', { service: 'shop' }],
    ['who deployed shop?', { filter: 'shop' }],
  ];
  for (const [line, args] of table)
    it(`reads “${line}”`, () => {
      const parsed = language.parse(line, names);
      assert.ok(parsed.kind === 'command', parsed.kind);
      assert.deepEqual([parsed.args, parsed.extra], [args, []]);
    });
});

describe('a line that a card keeps', () => {
  const world = createFakeWorld();
  const commands = createFeatures(world.deps).features.flatMap((feature) => feature.commands ?? []);
  const language = createLanguage(commands);
  const names = knownNames(world.deps.catalog());
  after(() => world.close());

  const words = [
    'it hangs',
    'say "no" to it',
    "it's “bad” & it isn't &amp; good",
    'we wait until 18:00',
    '1. stop\n2. start!',
    'service=shop --in production',
    '— in a hurry —',
  ];
  for (const command of commands.filter(({ arguments: specs = [] }) => specs.some(({ kind }) => kind === 'text')))
    it(`reads back exactly what was typed for ${command.name}`, () => {
      for (const text of words) {
        const args = Object.fromEntries(
          (command.arguments ?? []).map(({ name, kind }) => [name, kind === 'text' ? text : samples[kind]]),
        );
        const parsed = language.parse(partialLine(command, args), names);
        assert.ok(parsed.kind === 'command', text);
        assert.deepEqual(parsed.args, args, text);
      }
    });
});
