import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { makeTypes, typesFile } from '../../cards/write-types';
import { root } from './source-files';

const snippet = join(root, 'test/rules/card-types-snippet.ts');

/** The compiler's first message about each line that creates a card; empty if it compiles. */
function problemsOf(lines: readonly string[]): string[] {
  const text = ["import type { CardContent, Reply } from '../../src/chat/contract/turn';", ...lines].join('\n');
  const { options } = ts.parseJsonConfigFileContent({ extends: './tsconfig.json', files: [] }, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const fromDisk = host.getSourceFile.bind(host);
  host.getSourceFile = (file, ...more) =>
    file === snippet ? ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true) : fromDisk(file, ...more);
  const program = ts.createProgram([snippet], { ...options, noEmit: true, types: [] }, host);
  const found = ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    assert.equal(file?.fileName, snippet, ts.flattenDiagnosticMessageText(messageText, ' '));
    return { line: file.getLineAndCharacterOfPosition(start).line, messageText };
  });
  return lines.map((_, index) => {
    const first = found.find(({ line }) => line === index + 1);
    return first ? ts.flattenDiagnosticMessageText(first.messageText, ' ') : '';
  });
}

describe('the types of the cards', () => {
  it('match the samples; otherwise, run `npm run cards`', async () =>
    assert.equal(readFileSync(typesFile, 'utf8'), await makeTypes()));

  it('cover what is in every list; otherwise, a sample is missing', async () =>
    assert.doesNotMatch(await makeTypes(), /\bnever\b/));

  it('prevent a card with a missing, misspelled or wrong field from compiling, wherever it is created', function () {
    this.timeout(60_000);
    const state = "state: { glyph: '●', word: 'Healthy', tone: 'good' }";
    const rest = `id: '', kind: '', ${state}, title: '', summary: '', verb: '', footer: ''`;
    const answer = (name: string, data: string): string =>
      `export const ${name} = async (): Promise<Reply> => ({ card: 'deployments/closed', data: { ${data} } });`;
    const cases: readonly (readonly [line: string, problem: RegExp])[] = [
      [answer('right', `${rest}, sentence: ''`), /^$/],
      [answer('missing', rest), /'sentence' is missing/],
      [answer('misspelled', `${rest}, sentense: ''`), /'sentense' does not exist/],
      [answer('wrong', `${rest}, sentence: 7`), /'number' is not assignable to type 'string'/],
      [answer('deep', `${rest}, sentence: ''`).replace('word:', 'wrod:'), /'wrod' does not exist/],
      [answer('unknown', `${rest}, sentence: ''`).replace('closed', 'shut'), /"deployments\/shut"' is not assignable/],
      [
        `export const one: CardContent<'deployments/closed'> = { card: 'deployments/list', data: { ${rest}, sentence: '' } };`,
        /"deployments\/list"' is not assignable to type '"deployments\/closed"'/,
      ],
    ];
    const problems = problemsOf(cases.map(([line]) => line));
    for (const [index, [line, problem]] of cases.entries()) assert.match(problems[index] ?? '', problem, line);
  });
});
