import assert from 'node:assert/strict';
import { createLanguage } from '../../../src/chat/language';
import type { KnownNames, Language } from '../../../src/chat/language';
import { createFeatures } from '../../../src/features';
import { createFakeWorld } from '../../features/fakes';
import { questions } from './questions';

describe('what people ask', () => {
  let language: Language;
  let names: KnownNames;
  before(async () => {
    const world = createFakeWorld();
    language = createLanguage(createFeatures(world.deps).features.flatMap(({ commands = [] }) => commands));
    names = {
      services: new Set(['shop', 'payments', 'search']),
      environments: new Set(['staging', 'production']),
      people: new Set(
        Object.entries(world.deps.catalog().people).flatMap(([key, { name }]) => [key, name.toLowerCase()]),
      ),
    };
    await world.close();
  });

  it('are at least 150 different questions', () => {
    const all = questions.flatMap(({ asked }) => asked.map(([question]) => question));
    assert.ok(all.length >= 150, `${all.length}`);
    assert.equal(new Set(all).size, all.length);
  });

  for (const { topic, asked } of questions)
    describe(topic, () => {
      for (const [question, meaning] of asked)
        it(typeof meaning === 'string' ? `“${question}” is ${meaning}` : `“${question}” is only guessed at`, () => {
          const parsed = language.parse(question, names);
          if (typeof meaning !== 'string') {
            assert.ok(parsed.kind === 'unknown', parsed.kind !== 'unknown' ? parsed.command.name : '');
            assert.deepEqual(
              parsed.nearest.map(({ line }) => line),
              meaning.offers,
            );
            return;
          }
          assert.ok(parsed.kind !== 'unknown', 'was not understood');
          const meant = language.parse(meaning, names);
          assert.ok(meant.kind !== 'unknown');
          assert.deepEqual(
            { kind: parsed.kind, name: parsed.command.name, args: parsed.args },
            { kind: meant.kind, name: meant.command.name, args: meant.args },
          );
        });
    });

  it('never adds the rest of a sentence to a guess', () => {
    for (const line of [
      'what is the weather in Paris',
      'who is the best colleague',
      'help happened',
      'every Approver please',
    ])
      for (const { asked } of [{ asked: language.parse(line, names) }])
        if (asked.kind === 'unknown')
          for (const { line: offered } of asked.nearest)
            assert.doesNotMatch(offered, /Paris|colleague|happened|Approver/);
  });

  it('belong to one command each', () => {
    const [first, second] = ['one', 'two'].map((name) => ({
      ...({ name, operation: 'look', summary: name, topic: 'Look', examples: [name] } as const),
      phrasings: ['is it [so]'],
      run: async () => ({ nothing: true }) as const,
    }));
    assert.ok(first && second);
    assert.throws(() => createLanguage([first, second]), /Two commands answer to "is it"/);
  });
});
