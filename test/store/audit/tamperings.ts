import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';

/** What somebody without the audit key can do to a log of twelve lines of the instance `one`, and what must be reported. */
export interface Tampering {
  readonly what: string;
  readonly does: (scene: TamperScene) => void;
  readonly says: RegExp;
}

export interface TamperScene {
  sql(text: string): void;
  /** The lines of the anchor file after this change. */
  anchors(change: (lines: string[]) => string[]): void;
  removeAnchors(): void;
}

export function tamperScene(folder: string): TamperScene {
  const file = join(folder, 'audit.anchor.ndjson');
  return {
    sql(text) {
      const database = new Database(join(folder, 'gavel.db'));
      database.exec(text);
      database.close();
    },
    anchors: (change) =>
      writeFileSync(
        file,
        change(readFileSync(file, 'latin1').split('\n').slice(0, -1))
          .map((line) => `${line}\n`)
          .join(''),
        'latin1',
      ),
    removeAnchors: () => rmSync(file),
  };
}

const lines = '"audit-entries"';
const set = (what: string, where: string): string => `UPDATE ${lines} SET ${what} WHERE ${where}`;
const cut = `DELETE FROM ${lines} WHERE sequence > 6`;
const upTo = (last: number) => (all: string[]) =>
  all.filter((line) => Number(/"sequence":(\d+)/.exec(line)?.[1]) <= last);
const forgedHead = (sequence: number, seal: string): string =>
  `UPDATE "audit-heads" SET body = '{"heads":[{"instance":"one","sequence":${sequence},"mac":"' || (SELECT mac FROM ${lines} WHERE sequence = ${sequence}) || '"}],"seal":"${seal}"}'`;
const someSeal = 'ab'.repeat(32);

export const tamperings: readonly Tampering[] = [
  {
    what: 'a changed word',
    does: ({ sql }) => sql(set(`body = replace(body, 'requested', 'rejected')`, 'sequence = 3')),
    says: /Line 3 was changed/,
  },
  {
    what: 'a changed hash',
    does: ({ sql }) => sql(set(`mac = '${someSeal}'`, 'sequence = 3')),
    says: /Line 3 was changed/,
  },
  { what: 'a hash that is empty', does: ({ sql }) => sql(set(`mac = ''`, 'sequence = 3')), says: /Line 3 was changed/ },
  {
    what: 'a line filed under somebody else',
    does: ({ sql }) => sql(set(`who = 'somebody'`, 'sequence = 3')),
    says: /Line 3 doesn’t match the fields/,
  },
  {
    what: 'a line filed at another time',
    does: ({ sql }) => sql(set(`at = 99`, 'sequence = 3')),
    says: /Line 3 doesn’t match the fields/,
  },
  {
    what: 'a line taken out',
    does: ({ sql }) => sql(`DELETE FROM ${lines} WHERE sequence = 3`),
    says: /Line 3 was removed/,
  },
  {
    what: 'the first lines taken out',
    does: ({ sql }) => sql(`DELETE FROM ${lines} WHERE sequence <= 3`),
    says: /Lines 1 to 3 were removed/,
  },
  {
    what: 'two lines that changed places',
    does: ({ sql }) =>
      sql(
        [
          set('sequence = 99', 'sequence = 2'),
          set('sequence = 2', 'sequence = 4'),
          set('sequence = 4', 'sequence = 99'),
        ].join(';'),
      ),
    says: /Line 4 was moved to the position of line 2/,
  },
  {
    what: 'lines filed under another instance',
    does: ({ sql }) => sql(set(`instance = 'two'`, 'sequence > 8')),
    says: /two: Lines 1 to 8 were removed|one: Lines 9 to 12 were cut/,
  },
  {
    what: 'a line copied over another',
    does: ({ sql }) =>
      sql(
        set(
          `body = (SELECT body FROM ${lines} WHERE sequence = 4), mac = (SELECT mac FROM ${lines} WHERE sequence = 4)`,
          'sequence = 5',
        ),
      ),
    says: /Line 4 was moved to the position of line 5|Line 5 was changed/,
  },
  {
    what: 'a line added at the end',
    does: ({ sql }) =>
      sql(
        `INSERT INTO ${lines} SELECT instance, 13, NULL, at, who, what, target, body, mac FROM ${lines} WHERE sequence = 12`,
      ),
    says: /13|Line 12 was moved to the position of line 13/,
  },
  {
    what: 'a line of an instance that never was',
    does: ({ sql }) =>
      sql(
        `INSERT INTO ${lines} SELECT 'ghost', 1, NULL, at, who, what, target, body, mac FROM ${lines} WHERE sequence = 1`,
      ),
    says: /ghost: /,
  },
  {
    what: 'lines cut off the end',
    does: ({ sql }) => sql(cut),
    says: /Lines 7 to 12 are missing from the end of the log/,
  },
  {
    what: 'lines and their anchors cut off',
    does: ({ sql, anchors }) => (sql(cut), anchors(upTo(6))),
    says: /Lines 7 to 12 are missing from the end of the log/,
  },
  {
    what: 'lines cut off and all anchors removed',
    does: ({ sql, removeAnchors }) => (sql(cut), removeAnchors()),
    says: /Lines 7 to 12 are missing from the end of the log/,
  },
  {
    what: 'all lines removed',
    does: ({ sql }) => sql(`DELETE FROM ${lines}`),
    says: /Lines 1 to 12 are missing from the end of the log/,
  },
  {
    what: 'all lines and all anchors removed',
    does: ({ sql, removeAnchors }) => (sql(`DELETE FROM ${lines}`), removeAnchors()),
    says: /Lines 1 to 12 are missing from the end of the log/,
  },
  {
    what: 'all lines, heads and anchors removed',
    does: ({ sql, removeAnchors }) => (sql(`DELETE FROM ${lines}; DELETE FROM "audit-heads"`), removeAnchors()),
    says: /The anchor file is missing/,
  },
  {
    what: 'the whole table removed',
    does: ({ sql }) => sql(`DROP TABLE ${lines}`),
    says: /Lines 1 to 12 are missing from the end of the log/,
  },
  {
    what: 'lines and anchors cut off, and the head with them',
    does: ({ sql, anchors }) => (sql(`${forgedHead(6, someSeal)};${cut}`), anchors(upTo(6))),
    says: /seal that marks the end of the audit log is missing or was changed/,
  },
  {
    what: 'lines and anchors cut off, and the head removed',
    does: ({ sql, anchors }) => (sql(`DELETE FROM "audit-heads";${cut}`), anchors(upTo(6))),
    says: /seal that marks the end of the audit log is missing/,
  },
  {
    what: 'a head that forgets a prune that never was',
    does: ({ sql }) =>
      sql(
        `UPDATE "audit-heads" SET body = replace(body, '"sequence":12', '"sequence":12,"pruned":{"sequence":6,"mac":"x"}'); DELETE FROM ${lines} WHERE sequence <= 6`,
      ),
    says: /seal that marks the end of the audit log is missing or was changed/,
  },
  {
    what: 'the anchors removed',
    does: ({ removeAnchors }) => removeAnchors(),
    says: /The anchor file is missing/,
  },
  {
    what: 'half of the anchors removed',
    does: ({ anchors }) => anchors(upTo(6)),
    says: /The anchors for lines 7 to 12 are missing/,
  },
  {
    what: 'the older half of the anchors removed',
    does: ({ anchors }) => anchors((all) => all.slice(7)),
    says: /The anchors for lines 1 to 6 are missing/,
  },
  {
    what: 'one anchor removed',
    does: ({ anchors }) => anchors((all) => all.filter((line) => !line.includes('"sequence":5,'))),
    says: /The anchor for line 5 is missing/,
  },
  {
    what: 'the anchors emptied',
    does: ({ anchors }) => anchors(() => []),
    says: /The anchors for lines 1 to 12 are missing/,
  },
  {
    what: 'the seals taken off the anchors',
    does: ({ anchors }) => anchors((all) => all.map((line) => line.replace(/,"seal":"\w+"/, ''))),
    says: /13\sanchors have no seal/,
  },
  {
    what: 'an anchor moved to another line',
    does: ({ anchors }) => anchors((all) => all.map((line) => line.replace('"sequence":5,', '"sequence":6,'))),
    says: /Line \d+ of the anchor file was changed: its seal is wrong/,
  },
  {
    what: 'an anchor stretched over lines it never covered',
    does: ({ anchors }) =>
      anchors((all) => all.slice(-1).map((line) => line.replace('"sequence":12', '"from":1,"sequence":12'))),
    says: /Line 1 of the anchor file was changed/,
  },
  {
    what: 'an anchor that is no JSON',
    does: ({ anchors }) => anchors((all) => all.map((line, at) => (at === 4 ? line.slice(0, 40) : line))),
    says: /Line 5 of the anchor file can’t be read/,
  },
  {
    what: 'an anchor with a byte that is not UTF-8',
    does: ({ anchors }) => anchors((all) => all.map((line, at) => (at === 4 ? line.replace('one', 'o\xffe') : line))),
    says: /Line 5 of the anchor file can’t be read/,
  },
  {
    what: 'a body with a byte that is not UTF-8',
    does: ({ sql }) => sql(set(`body = CAST(x'7bff7d' AS TEXT)`, 'sequence = 3')),
    says: /Line 3 can’t be read/,
  },
  {
    what: 'a column with a byte that is not UTF-8',
    does: ({ sql }) => sql(set(`target = CAST(x'73ff' AS TEXT)`, 'sequence = 3')),
    says: /Line 3 can’t be read/,
  },
  {
    what: 'an instance with a byte that is not UTF-8',
    does: ({ sql }) => sql(set(`instance = CAST(x'6fff' AS TEXT)`, 'sequence = 3')),
    says: /0x6fff: |Line 3 was removed/,
  },
  {
    what: 'a number that is none',
    does: ({ sql }) => sql(set(`sequence = 'three'`, 'sequence = 3')),
    says: /A line of the audit log has no number/,
  },
  {
    what: 'a body that is a blob',
    does: ({ sql }) => sql(set(`body = x'00ff00'`, 'sequence = 3')),
    says: /Line 3 can’t be read/,
  },
  {
    what: 'a body that is cut',
    does: ({ sql }) => sql(set(`body = substr(body, 1, 20)`, 'sequence = 3')),
    says: /Line 3 can’t be read/,
  },
  {
    what: 'a body that says one thing twice',
    does: ({ sql }) => sql(set(`body = '{"outcome":"rejected",' || substr(body, 2)`, 'sequence = 3')),
    says: /Line 3 was changed/,
  },
  {
    what: 'a body with white space added',
    does: ({ sql }) => sql(set(`body = body || ' '`, 'sequence = 3')),
    says: /Line 3 was changed/,
  },
];
