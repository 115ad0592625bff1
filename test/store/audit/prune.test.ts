import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommandLine } from '../../../src/cli';
import type { AuditHead, AuditPart, Store } from '../../../src/store/contract';
import { createPruneFuse } from './prune-fuse';
import type { PruneFuse } from './prune-fuse';
import { auditEntry, breaksOf, exportedLines, fill, oldBefore, prune, pruneGrounds, recordOf } from './prune-grounds';
import type { PruneGround } from './prune-grounds';

for (const { name, open } of pruneGrounds)
  describe(`pruning the audit log in ${name}`, function () {
    this.timeout(60_000);
    let ground: PruneGround;
    let folder: string;
    let one: Store;
    let two: Store;

    async function begin(): Promise<void> {
      ground = await open();
      folder = join(ground.folder, 'audit-export');
      one = await ground.open('one');
      two = await ground.open('two');
    }
    beforeEach(begin);
    afterEach(() => ground.remove());

    async function run(...words: string[]): Promise<string> {
      const lines: string[] = [];
      await runCommandLine(words, { ...ground.settings, LOG_LEVEL: 'silent' }, (line) => lines.push(line));
      return lines.join('\n');
    }
    /** Every line that was ever written still exists somewhere, as it was written. */
    async function nothingIsLost(before: ReadonlyMap<string, string>): Promise<void> {
      const now = new Map([...exportedLines(folder), ...(await ground.lines())]);
      for (const [place, body] of before) assert.equal(now.get(place), body, place);
    }

    it('exports and removes the old lines of all chains, and the rest verifies for every instance', async () => {
      await fill(one, 450, 2);
      await fill(two, 3, 1);
      const before = await ground.lines();
      const parts: AuditPart[] = [];
      const pruned = await prune(one, folder, { record: (part) => (parts.push(part), recordOf(part)) });
      assert.equal(pruned.removed, 453);
      assert.deepEqual(
        parts.map(({ instance, from, to, exportedBy }) => [instance, from, to, exportedBy]),
        [
          ['one', 1, 450, 'one'],
          ['two', 1, 3, 'one'],
        ],
      );
      await nothingIsLost(before);
      for (const store of [one, two, await ground.open('three')])
        assert.deepEqual(await store.audit.verify(), { entries: 5, breaks: [] });
      await fill(two, 0, 3);
      assert.deepEqual(await breaksOf(await ground.open('two')), [], 'and goes on from there');
      assert.deepEqual(await prune(two, folder), { removed: 0, files: [] }, 'nothing more is old');
    });

    it('is visible on the command line: the rest is verified, exported and counted', async () => {
      await fill(one, 3, 2);
      const head = await headOf(ground, 5);
      await prune(one, folder);
      assert.equal(await run('audit', 'verify'), 'The audit log is intact: 3 lines.');
      const value = `one/5/${head.mac}`;
      assert.equal(await run('audit', 'verify', '--head', value), 'The audit log is intact: 3 lines.');
      assert.match(
        await run('audit', 'verify', '--head', value.replace('/5/', '/9/')),
        /Lines 7 to 9 are missing from the end/,
      );
      assert.equal((await run('audit', 'export')).split('\n').length, 3);
      assert.match(await run('store'), /audit +3 +forever +nothing/);
    });

    it('keeps the newest line of a chain, and a recent line with all after it', async () => {
      await fill(one, 4, 0);
      for (const at of [1, 2, oldBefore, 3, 4]) await two.audit.append(auditEntry(at));
      await prune(one, folder);
      assert.deepEqual(
        [...(await ground.lines()).keys()].sort(),
        ['one/4', 'one/5', 'one/6', 'two/3', 'two/4', 'two/5'],
        'lines 5 and 6 record the prune',
      );
      assert.deepEqual(await breaksOf(two), []);
    });

    it('verifies at every moment of a prune, also by another instance', async () => {
      await fill(one, 900, 2);
      const verdicts: string[] = [];
      let isOver = false;
      const pruning = prune(one, folder).finally(() => (isOver = true));
      while (!isOver) verdicts.push(...(await breaksOf(two)));
      assert.equal((await pruning).removed, 900);
      assert.deepEqual(verdicts, []);
    });

    it('loses nothing if two instances prune at the same time', async () => {
      await fill(one, 900, 1);
      await fill(two, 300, 1);
      const before = await ground.lines();
      const results = await Promise.allSettled([prune(one, folder), prune(two, join(folder, '..', 'other'))]);
      assert.ok(results.some(({ status }) => status === 'fulfilled'));
      assert.deepEqual(await breaksOf(one), []);
      await prune(one, folder);
      const now = new Map([
        ...exportedLines(folder),
        ...exportedLines(join(folder, '..', 'other')),
        ...(await ground.lines()),
      ]);
      for (const [place, body] of before) assert.equal(now.get(place), body, place);
      assert.ok((await ground.lines()).size < 10, 'everything old is gone');
      assert.deepEqual(await breaksOf(two), []);
    });

    it('stops when it is told to, and a later prune continues', async () => {
      await fill(one, 500, 1);
      let asked = 0;
      const first = await prune(one, folder, { mayGoOn: () => (asked += 1) <= 2 });
      assert.equal(first.removed, 200);
      assert.deepEqual(await breaksOf(two), []);
      assert.equal((await prune(two, folder)).removed, 300);
      assert.deepEqual(await breaksOf(one), []);
    });

    it('removes nothing if a line is damaged, old or not', async () => {
      for (const sequence of [2, 5]) {
        await fill(one, 4, 2);
        await ground.changeLine(sequence);
        const { size } = await ground.lines();
        assert.match((await prune(two, folder)).problem ?? '', /failed verification\. Nothing was removed/);
        assert.equal((await ground.lines()).size, size);
        await ground.remove();
        await begin();
      }
    });

    it('removes nothing if the exported file is gone or changed by then, and exports it again the next time', async () => {
      await fill(one, 4, 1);
      const gone = (part: AuditPart) => (rmSync(part.file), recordOf(part));
      await assert.rejects(prune(one, folder, { record: gone }), /can’t be read. Nothing was removed/);
      const changed = (part: AuditPart) => (writeFileSync(part.file, 'else'), recordOf(part));
      await assert.rejects(prune(one, folder, { record: changed }), /changed after it was exported/);
      assert.equal((await ground.lines()).size, 6, 'one line says what was exported');
      assert.equal((await prune(one, folder)).removed, 4);
      assert.deepEqual(await breaksOf(two), []);
    });

    it('is detected if its mark is gone, changed or an older one, if lines go without it, and if its own line is changed', async () => {
      await fill(one, 4, 1);
      const before = await ground.mark();
      await prune(one, folder);
      const mark = await ground.mark();
      const refused = async (says: RegExp): Promise<void> => {
        assert.match((await breaksOf(two)).join('\n'), says);
        const again = await prune(two, folder, { before: oldBefore + 1 });
        assert.equal(again.removed, 0);
        await ground.setMark(mark);
      };
      await ground.setMark(undefined);
      await refused(/Lines 1 to 4 were removed|seal that marks the end of the audit log is missing or was changed/);
      await ground.setMark(mark?.replace('"sequence":4', '"sequence":5'));
      await refused(/seal that marks the end of the audit log is missing or was changed/);
      await ground.setMark(before);
      await refused(/Lines 1 to 4 were removed/);
      await ground.changeLine(6);
      await refused(/Line 6 was changed/);
      await ground.removeLines(5, 5);
      await refused(/Line 5 was removed/);
    });

    it('survives a loss that is accepted afterward, and anchors that a crash left out', async () => {
      await fill(one, 4, 3);
      await prune(one, folder);
      await one.close();
      const anchors = join(ground.folder, name.startsWith('MongoDB') ? 'one.anchor.ndjson' : 'audit.anchor.ndjson');
      const lines = readFileSync(anchors, 'utf8').trim().split('\n');
      writeFileSync(anchors, `${lines.slice(0, -1).join('\n')}\n`);
      one = await ground.open('one');
      assert.deepEqual(await breaksOf(one), [], 'the anchor was added');
      await ground.removeLines(8, 8);
      assert.match((await breaksOf(one)).join(), /Line 8 is missing from the end of the log/);
      await one.audit.accept?.(auditEntry(oldBefore));
      assert.deepEqual(await breaksOf(one), []);
      await fill(one, 0, 2);
      assert.deepEqual(await breaksOf(await ground.open('one')), []);
    });

    describe('that is killed', () => {
      let fuse: PruneFuse;
      before(() => (fuse = createPruneFuse()));
      after(() => fuse.remove());

      async function fillBoth(): Promise<ReadonlyMap<string, string>> {
        await fill(one, 203, 2);
        await fill(two, 3, 1);
        return ground.lines();
      }

      it('before or after any of its writes loses nothing, verifies at once and after the next start, and continues', async () => {
        await fillBoth();
        fuse.arm();
        await prune(one, folder);
        const { writes } = fuse.disarm();
        assert.ok(writes >= 8, `${writes} writes`);
        for (const when of ['before', 'after'] as const)
          for (let at = 1; at <= writes; at++) {
            await ground.remove();
            await begin();
            const before = await fillBoth();
            fuse.arm(at, when);
            await prune(one, folder).catch((error: unknown) =>
              assert.match(`${error} ${(error as Error).cause}`, /killed/),
            );
            const { blew } = fuse.disarm();
            const place = `${when} write ${at}`;
            assert.ok(blew || at === writes, place);
            // After a kill between a line and its anchor, the next start adds the anchor.
            const breaks = (await breaksOf(two)).filter((problem) => !/^The anchor for line 20[67] is/.test(problem));
            assert.deepEqual(breaks, [], `${place}: at once`);
            one = await ground.open('one');
            assert.deepEqual(await breaksOf(one), [], `${place}: after the next start`);
            await nothingIsLost(before);
            assert.equal((await prune(at % 2 ? one : two, folder)).problem, undefined);
            assert.deepEqual(await breaksOf(one), [], `${place}: after the next prune`);
            await nothingIsLost(before);
            const left = [...(await ground.lines()).values()].filter((body) => body.startsWith('{"at":1,'));
            assert.equal(left.length, 0, `${place}: nothing old is left`);
          }
      });
    });
  });

/** The line with that number, as the process's log has it. */
async function headOf(ground: PruneGround, sequence: number): Promise<AuditHead> {
  const files = ['audit.anchor.ndjson', 'one.anchor.ndjson'].map((file) => join(ground.folder, file));
  const texts = files.flatMap((file) => {
    try {
      return readFileSync(file, 'utf8').trim().split('\n');
    } catch {
      return [];
    }
  });
  const heads = texts.map((text) => JSON.parse(text) as AuditHead);
  const head = heads.find((each) => each.instance === 'one' && each.sequence === sequence);
  assert.ok(head);
  return head;
}
