import assert from 'node:assert/strict';
import type { ArgumentSpec } from '../../../src/chat/contract';
import { createLanguage } from '../../../src/chat/language';
import { placeWords } from '../../../src/chat/language/argument-specs';
import { reservedNames } from '../../../src/core/catalog/schema';
import { createFeatures } from '../../../src/features';
import { createFakeWorld } from '../fakes';

const samples: Readonly<Record<ArgumentSpec['kind'], string>> = {
  service: 'shop',
  environment: 'staging',
  release: '2.14.0',
  deployment: 'D-1042',
  person: 'group:board',
  word: 'developer',
  moment: '18:00',
  phrase: 'failure',
  text: 'it hangs',
};

describe('a name of the catalog', () => {
  const world = createFakeWorld();
  const commands = createFeatures(world.deps).features.flatMap((feature) => feature.commands ?? []);
  const language = createLanguage(commands);
  after(() => world.close());

  const keywords = new Set(
    commands.flatMap(({ arguments: specs = [] }) => specs.flatMap(({ keyword }) => keyword ?? [])),
  );

  /** The commands in which a service or an environment of that name can’t be typed where it belongs. */
  function unreachable(name: string): string[] {
    return commands.flatMap(({ name: command, arguments: specs = [] }) =>
      specs
        .filter(({ kind }) => kind === 'service' || kind === 'environment')
        .flatMap((named) => {
          const environments = ['staging', 'production'];
          const value = (spec: ArgumentSpec): string =>
            spec === named ? name : spec.kind === 'environment' ? (environments.shift() ?? '') : samples[spec.kind];
          const values = specs.map((spec) => ({ ...spec, value: value(spec) }));
          const names = {
            services: new Set(['shop', ...(named.kind === 'service' ? [name] : [])]),
            environments: new Set(['staging', 'production', ...(named.kind === 'environment' ? [name] : [])]),
          };
          const line = [command, ...values.map((spec) => [spec.keyword, spec.value].filter(Boolean).join(' '))].join(
            ' ',
          );
          const parsed = language.parse(line, names);
          const isRead =
            parsed.kind === 'command' &&
            parsed.extra.length === 0 &&
            values.every((spec) => parsed.args[spec.name] === spec.value);
          return isRead ? [] : [line];
        }),
    );
  }

  it('never collides with a keyword of a command or a word for a place', () => {
    for (const word of [...keywords, ...placeWords]) assert.ok(reservedNames.has(word), word);
  });

  it('is never one of the words for everything, oneself and here', () => {
    for (const word of [
      'all',
      'every',
      'everything',
      'everywhere',
      'any',
      'me',
      'myself',
      'here',
      'everybody',
      'group',
    ])
      assert.ok(reservedNames.has(word), word);
  });

  it('can be typed in every command that takes one, whatever else it means', () => {
    const words = [
      ...commands.flatMap(({ name, synonyms = [] }) => [name, ...synonyms].flatMap((each) => each.split(' '))),
      ...commands.flatMap(({ arguments: specs = [] }) => specs.map((spec) => spec.name)),
      ...[
        'friday',
        'tomorrow',
        'noon',
        'may',
        'service',
        'release',
        'environment',
        'locks',
        'api.v2',
        'svc_199',
        'a-b',
        'v1.2',
      ],
    ].filter((word) => /^[a-z][a-z0-9._-]*$/.test(word) && !reservedNames.has(word));
    for (const word of new Set(words)) assert.deepEqual(unreachable(word), [], word);
  });

  it('that is rejected would have been unreachable', () => {
    for (const word of ['to', 'in', 'on', 'until', 'because', 'from']) assert.ok(unreachable(word).length > 0, word);
  });
});
