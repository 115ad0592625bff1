import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Linter } from 'eslint';
import ts from 'typescript';
import { parser } from 'typescript-eslint';
import { root } from './source-files';

type Rule = NonNullable<NonNullable<Linter.Config['plugins']>[string]['rules']>[string];

/** One of the rules in `lint/` that knows types, to be tried on pieces of code. Close it when done. */
export function openLintRule(file: string, exported: string) {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-lint-'));
  return {
    close: () => rmSync(folder, { recursive: true, force: true }),

    /** How many places of this code the rule finds. The code declares every type that it uses. */
    async findings(code: string): Promise<number> {
      const rules = (await import(pathToFileURL(join(root, `lint/${file}.mjs`)).href)) as Readonly<
        Record<string, Rule>
      >;
      const rule = rules[exported];
      assert.ok(rule);
      const sample = join(folder, 'sample.ts');
      writeFileSync(sample, code);
      const program = ts.createProgram([sample], { noLib: true, types: [], strict: true, noEmit: true });
      const messages = new Linter({ cwd: folder }).verify(
        code,
        {
          files: ['**/*.ts'],
          languageOptions: { parser: parser as Linter.Parser, parserOptions: { programs: [program] } },
          plugins: { gavel: { rules: { [file]: rule } } },
          rules: { [`gavel/${file}`]: 'error' },
        },
        { filename: sample },
      );
      const failed = messages.filter(({ fatal }) => fatal);
      assert.deepEqual(failed, []);
      return messages.length;
    },
  };
}
