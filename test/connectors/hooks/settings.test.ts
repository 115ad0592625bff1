import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../../../src/config';
import { settingsWithAlertmanager } from '../alertmanager/product-catalog';
import { temporaryFolder } from '../../e2e/product';

describe('the secret of a hook', () => {
  const folder = temporaryFolder();
  const settings = settingsWithAlertmanager(folder.path, 'https://alertmanager.example');
  const emptyFile = join(folder.path, 'empty');
  before(() => writeFileSync(emptyFile, '\n'));
  after(() => folder.remove());

  /** What Gavel says instead of starting. */
  function problemsWith(environment: Readonly<Record<string, string | undefined>>): string {
    const result = readConfig({ GAVEL_DATA: folder.path, ...settings, ...environment });
    return 'problems' in result ? result.problems.join('\n') : 'none';
  }

  it('lets Gavel start if it is there', () => assert.equal(problemsWith({}), 'none'));

  for (const [what, environment] of [
    ['is missing', { GAVEL_ALERTMANAGER_HOOK: undefined }],
    ['is empty', { GAVEL_ALERTMANAGER_HOOK: '' }],
    ['is blank', { GAVEL_ALERTMANAGER_HOOK: '   ' }],
    ['is in an empty file', { GAVEL_ALERTMANAGER_HOOK: undefined, GAVEL_ALERTMANAGER_HOOK_FILE: emptyFile }],
  ] as const)
    it(`that ${what} keeps Gavel from starting, with the line that names it`, () =>
      assert.match(
        problemsWith(environment),
        /with-alertmanager\.yaml:\d+: connections\.alertmanager\.hook\.secret: GAVEL_ALERTMANAGER_HOOK isn’t set/,
      ));
});
