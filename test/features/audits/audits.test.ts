import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditNames, CardContent, Feature } from '../../../src/chat/contract';
import { renderCard } from '../../../src/core/card';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { createAudits, drawDays } from '../../../src/features/audits';
import { describeLine } from '../../../src/features/audits/text';
import type { AuditEntry, Store } from '../../../src/store/contract';
import { openSqliteStore } from '../../../src/store/sqlite';
import { ada, dana, readingDependencies, start, turnOf } from '../help/commands-for-tests';

describe('audit in chat', () => {
  let folder: string;
  let store: Store;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gavel-audits-'));
    store = openSqliteStore({
      file: join(folder, 'gavel.db'),
      auditKeyFile: join(folder, 'key'),
      auditAnchorFile: join(folder, 'anchor'),
      instance: 'test',
      logger: silentLogger,
    });
    await append('deployments.request', 'D-1041 shop in production', ada.id, start - 86_400_000 * 3);
    await append('deployments.request', 'D-1042 shop in staging', dana.id, start - 3_600_000);
    await append('approvals.approve', 'D-1042', ada.id, start - 1_800_000);
    await append('deployments.succeeded', 'D-1042 shop in staging', 'gavel', start - 60_000);
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const append = (what: string, target: string, who: string, at: number, outcome = 'done'): Promise<void> =>
    store.audit.append({ at, who, what, target, outcome, from: 'teams', correlationId: 'c' } satisfies AuditEntry);

  const audits = (): Feature =>
    createAudits(readingDependencies(store), {
      deployments: { find: async () => undefined },
      features: () => [
        { name: 'x', describeAudit: () => undefined },
        { name: 'deployments', describeAudit: tellAll },
        { name: 'approvals', describeAudit: tellAll },
        { name: 'locks', describeAudit: tellAll },
        { name: 'health', describeAudit: tellAll },
      ],
    }).feature;

  const ask = async (filter?: string): Promise<{ rows: Row[]; text: string }> => {
    const command = audits().commands?.[0];
    const reply = await command?.run(turnOf(ada), { filter });
    assert.ok(reply && 'card' in reply);
    const text = JSON.stringify(renderCard(reply.card, reply.data)).replaceAll('\u00a0', ' ');
    return { rows: rowsOf(reply.data), text };
  };
  const whats = async (filter: string): Promise<string[]> =>
    (await ask(filter)).rows.map((row) => row.text.split(' ')[0] ?? '');

  it('needs the right to audit', () => assert.equal(audits().commands?.[0]?.right, 'audit'));

  it('shows the newest first, with current names and times in the place’s zone', async () => {
    const { rows, text } = await ask();
    assert.deepEqual(
      rows.map((row) => row.who),
      ['Gavel', 'Ada Admin', 'Dana Developer', 'Ada Admin'],
    );
    assert.equal(rows[0]?.time, '14:50');
    assert.match(text, /4 entries/);
    assert.match(text, /npx gavel audit verify/);
  });

  it('filters by person, action, service, place and day', async () => {
    assert.deepEqual(await whats('who=dana'), ['request']);
    assert.deepEqual(await whats('who=me today'), ['approve']);
    assert.deepEqual(await whats('--who "Dana Developer"'.replace('--who ', '--who=')), ['request']);
    assert.deepEqual(await whats('what=approve'), ['approve']);
    assert.deepEqual(await whats('shop in production'), ['request']);
    assert.deepEqual(await whats('D-1042 today'), ['succeeded', 'approve', 'request']);
    assert.deepEqual(await whats('since=2026-11-20 who=gavel'), ['succeeded']);
    assert.deepEqual(await whats('until=2026-11-19'), ['request']);
    assert.deepEqual(await whats('last 2 hours'), ['succeeded', 'approve', 'request']);
    assert.deepEqual(await whats('since 40 minutes ago shop'), ['succeeded']);
    assert.deepEqual(await whats('from tuesday until yesterday'), ['request']);
    assert.deepEqual(await whats('what="request" when=today'), ['request']);
  });

  it('finds a person by key, first name, full name or mention, and leaves services alone', async () => {
    assert.deepEqual(await whats('dana'), ['request']);
    assert.deepEqual(await whats('Dana Developer shop'), ['request']);
    assert.deepEqual(await whats('gavel'), ['succeeded']);
    assert.deepEqual(await whats('me today'), ['approve']);
    assert.deepEqual(await whats('shop'), ['succeeded', 'request', 'request']);
  });

  it('searches and counts over everything, and continues to older entries as of the same moment', async () => {
    for (let number = 0; number < 1_300; number++)
      await append('locks.lock', `s${number % 10} in production`, dana.id, start - 50_000 + number);
    const { text } = await ask('target=s3 production today');
    assert.match(text, /130 entries\*\*, newest first\./);
    assert.match((await ask()).text, /1,304 entries/);
    assert.deepEqual(await whats('D-1041'), ['request'], 'what is far behind the newest 1,000');
    const [older] = audits().actions ?? [];
    const seen = new Set<string>();
    let pages = 0;
    for (let id = idIn(text); id !== undefined; pages++) {
      const reply = await older?.run(turnOf(ada), { id });
      assert.ok(reply && 'card' in reply);
      for (const row of rowsOf(reply.data)) {
        assert.equal(row.text, 'lock s3 in production');
        seen.add(row.time);
      }
      id = idIn(JSON.stringify(renderCard(reply.card, reply.data)));
    }
    assert.equal(pages, 8, 'nine pages of 15 with the first');
  });

  it('refuses a button without a page, and one clicked by somebody who can’t read the log', async () => {
    const [older] = audits().actions ?? [];
    const rubbish = Buffer.from(JSON.stringify({ words: '', at: 1, cursor: 'x' })).toString('base64url');
    for (const id of ['', 'x', rubbish])
      await assert.rejects(older?.run(turnOf(ada), { id }) ?? assert.fail(), /has expired/);
    for (let number = 0; number < 20; number++) await append('x.y', 'z', dana.id, start - number);
    const id = idIn((await ask()).text) ?? assert.fail();
    await assert.rejects(older?.run(turnOf(dana), { id }) ?? assert.fail(), /can’t read the audit log/);
  });

  it('says so if nothing matches or a word is not understood', async () => {
    assert.match((await ask('staging yesterday')).text, /Nothing matches/);
    await assert.rejects(ask('who=mallory'), /I don’t know anyone called mallory. Nothing was looked up/);
    await assert.rejects(
      ask('since=yes'),
      /can’t read what follows “since” as a time. Nothing was looked up. For example, type `since=2026-11-20`/,
    );
    await assert.rejects(ask('color=red'), /can’t filter by color/);
  });

  it('exports exactly the lines of the filter, as CSV and as JSON, to this person only', async () => {
    await append('health.restart', '=1+1, "x" ``` in staging', dana.id, start - 1_000);
    const sent: { to: string; text: string }[] = [];
    const deps = readingDependencies(store);
    const outbox: typeof deps.outbox = {
      ...deps.outbox,
      put: async ({ destination, content }) =>
        void sent.push({ to: JSON.stringify(destination), text: 'text' in content ? content.text : '' }),
    };
    const needs = { deployments: { find: async () => undefined }, features: () => [] };
    const { commands = [], actions = [] } = createAudits({ ...deps, outbox }, needs).feature;
    const shown = await commands[0]?.run(turnOf(ada), { filter: 'dana today' });
    assert.ok(shown && 'card' in shown);
    const buttons = (shown.data as CardContent<'audits/list'>['data']).actions;
    assert.deepEqual(
      buttons.map(({ title }) => title),
      ['Export as CSV', 'Export as JSON'],
    );
    const click = (who: typeof ada, at: number) =>
      actions.find(({ verb }) => verb === buttons[at]?.verb)?.run(turnOf(who), { id: buttons[at]?.id }) ??
      assert.fail();
    const notice = JSON.stringify(await click(ada, 0)).replaceAll('\u00a0', ' ');
    assert.match(notice, /I offered audit-log\.csv with 2 entries in our personal chat\./);
    assert.match(sent[0]?.text ?? '', /audit-log\.csv: 2.entries.*Accept the file to save it/);
    const accepted = async (who: typeof ada, format: string) => {
      const given = await actions
        .find(({ verb }) => verb === `audits.file-${format}`)
        ?.run(turnOf(who), { id: buttons[0]?.id });
      return given?.file?.body ?? '';
    };
    const file = (await accepted(ada, 'csv')).trim().split('\r\n');
    assert.equal(file.length, 3);
    assert.match(file[1] ?? '', /,health\.restart,"'=1\+1, ""x""\s+in staging",done$/);
    assert.equal((JSON.parse(await accepted(ada, 'json')) as object[]).length, 2);
    await assert.rejects(accepted(dana, 'csv'), /can’t read the audit log/);
    sent.length = 0;
    const asText = JSON.stringify(await commands[0]?.run(turnOf(ada), { filter: 'dana today as csv as text' }));
    assert.match(asText, /I sent 2.entries as text to our personal chat, in 1.message/);
    const csv = /```csv\n([\s\S]*)\n```$/.exec(sent[0]?.text ?? '')?.[1]?.split('\n') ?? [];
    assert.equal(csv[0], 'at,who,sentence,what,target,outcome');
    assert.equal(csv.length, 3);
    assert.match(csv[1] ?? '', /,health\.restart,"'=1\+1, ""x""\s+in staging",done$/);
    await commands[0]?.run(turnOf(ada), { filter: 'dana today as json as text' });
    const json = JSON.parse(/```json\n([\s\S]*)\n```$/.exec(sent[1]?.text ?? '')?.[1] ?? '') as object[];
    assert.equal(json.length, 2);
    assert.ok(sent.every(({ to }) => to.includes(ada.id)));
    await assert.rejects(click(dana, 0), /can’t read the audit log/);
  });

  it('shows at most fifteen, with a button for older ones', async () => {
    for (let index = 0; index < 20; index++)
      await append('health.restart', `search ${index} **x** \u202e`, 'entra:gone', start - 1000 + index);
    const { rows, text } = await ask('what=restart');
    assert.equal(rows.length, 15);
    assert.match(text, /20 entries/);
    assert.match(text, /Show older/);
    assert.match(text, /someone no longer listed/);
    assert.doesNotMatch(text, /\u202e/);
  });
});

interface Row {
  readonly time: string;
  readonly who: string;
  readonly text: string;
}

/** `request D-1042 shop in staging`: everything a line says, for tests of which lines exist. */
const tellAll: Feature['describeAudit'] = ({ what, target }) => `${what.split('.')[1]} ${target}`;

const rowsOf = (data: object): Row[] =>
  (data as CardContent<'audits/list'>['data']).days.flatMap(({ entries }) => entries);

function idIn(text: string): string | undefined {
  return /"verb":"audits\.older","data":\{"id":"([\w-]+)"/.exec(text)?.[1];
}

describe('a damaged line of the audit log', () => {
  it('is shown as damaged, without a person or a time', () => {
    const damaged = { at: 0, who: '', what: '', target: '', from: '', outcome: 'unreadable', correlationId: '' };
    const [day] = drawDays([damaged], (entry) => describeLine(entry, [], {} as AuditNames), 'UTC', 1);
    assert.deepEqual(day, {
      day: 'Unknown day',
      entries: [{ time: '–', who: 'A damaged line', text: 'can’t be read; npx gavel audit verify gives details' }],
    });
  });
});
