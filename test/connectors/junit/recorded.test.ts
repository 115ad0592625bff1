import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPicture, readResults } from '../../../src/connectors/test-results/files';

const recorded = join(__dirname, 'recorded');
/** Where Playwright 1.65.1 wrote them: a passing, a failing, a flaky and a skipped test, each tried at most twice. */
const original = '/home/ci/shop/results';

describe('the results of a real Playwright run', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'gavel-results-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  for (const file of ['junit.xml', 'report.json'])
    it(`say the same in ${file}, with the screenshot of the last attempt`, async () => {
      cpSync(join(recorded, file), join(folder, file));
      cpSync(join(recorded, 'files'), join(folder, 'files'), { recursive: true });
      const results = await readResults(folder, original);
      assert.equal(results?.problem, '1 of 4 tests failed');
      const { cases, ...counts } = results.report ?? assert.fail();
      assert.ok(counts.durationMs > 1_000);
      assert.deepEqual(
        { ...counts, durationMs: 0 },
        { total: 4, passed: 1, failed: 1, flaky: 1, skipped: 1, durationMs: 0 },
      );
      const [failed, flaky] = cases;
      assert.equal(failed?.id, 'checkout.spec.js › checkout › pays by card');
      assert.match(failed.message, /expect\(locator\)\.toHaveText\(expected\) failed/);
      assert.match(failed.detail.join('\n'), /Received: "Payment failed"/);
      assert.deepEqual([failed.attempts, failed.picture], [2, 'files/pays-by-card-retry1/test-failed-1.png']);
      assert.ok((readPicture(folder, failed.picture ?? '')?.length ?? 0) > 1_000);
      assert.deepEqual([flaky?.name, flaky?.outcome, flaky?.attempts], ['checkout › loads the map', 'flaky', 2]);
    });

  it('have pictures only inside their own folder', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'gavel-outside-'));
    cpSync(join(recorded, 'files/pays-by-card-retry1/test-failed-1.png'), join(outside, 'a.png'));
    symlinkSync(join(outside, 'a.png'), join(folder, 'linked.png'));
    symlinkSync(outside, join(folder, 'linked'));
    mkdirSync(join(folder, 'folder.png'));
    writeFileSync(join(folder, 'text.png'), 'no picture');
    const paths = [
      'linked.png',
      'linked/a.png',
      'folder.png',
      'text.png',
      '../a.png',
      join(outside, 'a.png'),
      '',
      'a\0.png',
    ];
    for (const path of paths) assert.equal(readPicture(folder, path), undefined, path);
    rmSync(outside, { recursive: true });
  });

  it('that are none: no files, or files without a test', async () => {
    assert.equal(await readResults(folder, original), undefined);
    writeFileSync(join(folder, 'empty.xml'), '<testsuites/>');
    assert.deepEqual(await readResults(folder, original), { report: undefined, problem: 'no tests ran' });
    writeFileSync(join(folder, 'empty.xml'), '');
    const { problem } = (await readResults(folder, original)) ?? {};
    assert.match(problem ?? '', /^empty\.xml can’t be read: /);
  });
});
