import assert from 'node:assert/strict';
import { bannedPhrases } from './banned-phrases';
import type { BannedPhrase } from './banned-phrases';
import { allSourceSentences, cardSentences, docSentences, programSentences, sourceSentences } from './sentences';
import type { Sentence } from './sentences';

/** One line for each banned phrase in these texts: where it is, its replacement, and the text. */
function problemsIn(sentences: readonly Sentence[]): string[] {
  return sentences.flatMap(({ text, source, kind }) =>
    bannedPhrases
      .filter((each) => countsIn(each, kind) && each.pattern.test(withoutOutside(text)))
      .map(({ pattern, instead }) => `${source}: “${pattern.exec(text)?.[0]}” → ${instead}: ${text}`),
  );
}

const countsIn = ({ kinds }: BannedPhrase, kind: Sentence['kind']): boolean =>
  kinds === undefined || kinds.includes(kind);

/** Quoted words and typed lines belong to other people. */
const withoutOutside = (text: string): string => text.replace(/`[^`]*`/g, '`…`').replace(/“[^”]*”/g, '“…”');

describe('the text that people read', () => {
  it('is in plain English on every card', () => assert.deepEqual(problemsIn(cardSentences()), []));

  it('names no process, id or verb of the program on any card', () => {
    const inner =
      /[\da-f]{8}-[\da-f]{4}-|[\da-f]{32}|@thread\.|\bprocess \d|\bundefined\b|\[object|\b(?:approvals|chat|deployments|health|locks|roles)\.[a-z]/i;
    // A choice carries an id that nobody sees.
    const shown = cardSentences().filter(({ text }) => !/^(?:entra:\S+|[\da-f]{32})$/.test(text));
    assert.deepEqual(
      shown.filter(({ text }) => inner.test(text)),
      [],
    );
    for (const text of ['Process 26729 at 127.0.0.1', 'setup of 19:incidents@thread.tacv2', 'deployments.cancel'])
      assert.match(text, inner);
  });

  it('is in plain English in every reply, error, log line and help text of the source', () =>
    assert.deepEqual(problemsIn(allSourceSentences()), []));

  it('is in plain English in the programs that Gavel starts', () =>
    assert.deepEqual(problemsIn(programSentences()), []));

  it('is in plain English in the docs', () => assert.deepEqual(problemsIn(docSentences()), []));

  for (const { pattern, fails, passes } of bannedPhrases)
    it(`${pattern.source} finds “${fails}” and accepts “${passes}”`, () => {
      assert.match(fails, pattern);
      assert.doesNotMatch(passes, pattern);
    });

  it('is found wherever it is written, and nothing else is', () => {
    const lines = [
      "import { x } from './the other one';",
      "const text = `Hello ${name(1)}, ${isLate ? 'you are late today' : 'welcome back'}.` + ' See you soon.';",
      "log.warn({ error }, 'The store was slow');",
      "if (state === 'rolled back') throw new TypeError('There is no such state');",
      "const facts = [{ title: 'Then', value: 'x' }];",
      "const command = { synonyms: ['what is up'], examples: ['deploy shop to production'] };",
    ];

    assert.deepEqual(
      sourceSentences('a.ts', lines.join('\n')).map(({ kind, text }) => `${kind}: ${text}`),
      [
        'sentence: Hello ‹name›, ‹›. See you soon.',
        'sentence: you are late today',
        'sentence: welcome back',
        'log: The store was slow',
        'error: There is no such state',
        'title: Then',
      ],
    );
  });
});
