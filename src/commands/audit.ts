import { userInfo } from 'node:os';
import { maskSecrets } from '../core/text/secrets';
import type { AuditEntry, AuditHead, Store } from '../store/contract';
import { UsageError } from './contract';
import type { LineCommand } from './contract';
import { withStore } from './with-store';

const breaksShown = 50;

export const auditVerify: LineCommand = {
  name: 'audit verify',
  summary: 'check that no line of the audit log was changed, removed, reordered, or cut off',
  options: [
    {
      name: 'head',
      value: 'value',
      multiple: true,
      summary: 'also compare with this head, taken from an "Audit head" line of the log; can be repeated',
    },
  ],
  readsSettings: true,
  async run(call) {
    const heads = (call.options.get('head') ?? []).map(headIn);
    return withStore(call, (store) => verify(store, heads, call.print));
  },
};

/** `gavel/7/<64 digits>`, or the complete log line in either format. Pure. */
export function headIn(text: string): AuditHead {
  const short = /^\s*([A-Za-z0-9][\w.-]*)\/(\d{1,15})\/([0-9a-f]{64})\s*$/i.exec(text);
  const json = /"head":"([A-Za-z0-9][\w.-]*)\/(\d{1,15})\/([0-9a-f]{64})"/i.exec(text);
  const words = /\binstance=([\w.-]+), sequence=(\d{1,15}), mac=([0-9a-f]{64})/i.exec(text);
  const [, instance, sequence, mac] = short ?? json ?? words ?? [];
  if (instance === undefined || sequence === undefined || mac === undefined)
    throw new UsageError(
      '--head needs a value such as gavel/7/ and 64 digits: the head in an "Audit head" line of the log.',
    );
  return { instance, sequence: Number(sequence), mac: mac.toLowerCase() };
}

async function verify(store: Store, heads: readonly AuditHead[], print: (line: string) => void): Promise<number> {
  const { entries, breaks } = await store.audit.verify(heads);
  for (const { instance, problem } of breaks.slice(0, breaksShown)) print(`${instance}: ${problem}`);
  if (breaks.length > breaksShown) print(`… and ${breaks.length - breaksShown} more.`);
  const isWhole = breaks.length === 0;
  const lines = `${entries} ${entries === 1 ? 'line' : 'lines'}`;
  const problems = `${breaks.length} ${breaks.length === 1 ? 'problem' : 'problems'}`;
  print(isWhole ? `The audit log is intact: ${lines}.` : `The audit log failed verification: ${problems}.`);
  return isWhole ? 0 : 1;
}

export const auditExport: LineCommand = {
  name: 'audit export',
  summary: 'print the audit log, newest first',
  options: [
    { name: 'format', value: 'ndjson|csv', summary: 'ndjson by default' },
    { name: 'since', value: '2026-11-20', summary: 'only from this day on' },
  ],
  readsSettings: true,
  async run(call) {
    const { options, print } = call;
    const format = options.get('format')?.[0] ?? 'ndjson';
    if (!['ndjson', 'csv'].includes(format)) throw new UsageError(`--format is ndjson or csv, not ${format}.`);
    const since = momentOf(options.get('since')?.[0]);
    return withStore(call, async (store) => {
      if (format === 'csv') print(columns.join(','));
      for (let until: number | undefined, done = new Set<string>(); ;) {
        const page = await store.audit.read({ since, until, limit: 1000 });
        const fresh = page.filter((entry) => !done.has(JSON.stringify(entry)));
        for (const entry of fresh) print(format === 'csv' ? csvLine(entry) : JSON.stringify(entry));
        if (page.length < 1000 || fresh.length === 0) return 0;
        until = page[page.length - 1]?.at;
        done = new Set(page.filter((entry) => entry.at === until).map((entry) => JSON.stringify(entry)));
      }
    });
  },
};

function momentOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const moment = Date.parse(text);
  if (Number.isNaN(moment)) throw new UsageError(`--since needs a day such as 2026-11-20, not ${text}.`);
  return moment;
}

const columns = ['at', 'who', 'what', 'target', 'from', 'outcome', 'correlationId', 'detail'] as const;

function csvLine(entry: AuditEntry): string {
  const cells = columns.map((name) => {
    if (name === 'at') return new Date(entry.at).toISOString();
    return name === 'detail' ? JSON.stringify(entry.detail ?? {}) : entry[name];
  });
  // A spreadsheet would run a cell that begins like a formula.
  return cells
    .map(
      (cell) =>
        `"${String(cell)
          .replace(/^([=+\-@\t\r])/, "'$1")
          .replaceAll('"', '""')}"`,
    )
    .join(',');
}

export const auditAccept: LineCommand = {
  name: 'audit accept',
  summary: 'after restoring a backup: rebuild heads and anchors from the lines that are there, and record it',
  options: [{ name: 'reason', value: 'text', summary: 'why; it is written into the audit log' }],
  readsSettings: true,
  async run(call) {
    const reason = maskSecrets((call.options.get('reason')?.[0] ?? '').trim()).text;
    if (reason.length < 8 || reason.length > 300)
      throw new UsageError('audit accept needs --reason "…" with 8 to 300 characters. Stop Gavel first.');
    return withStore(call, async ({ audit }) => {
      const before = await audit.verify();
      for (const { instance, problem } of before.breaks.slice(0, breaksShown)) call.print(`${instance}: ${problem}`);
      if (before.breaks.length === 0) {
        call.print('The audit log is intact, so there is nothing to accept.');
        return 0;
      }
      const first = before.breaks[0]?.problem ?? '';
      await audit.accept?.({
        at: Date.now(),
        who: 'gavel',
        what: 'audit.accept',
        target: 'audit log',
        from: `command line, ${userInfo().username}`,
        outcome: 'accepted',
        detail: { reason, breaks: before.breaks.length, first },
        correlationId: '-',
      });
      const { breaks } = await audit.verify();
      const left =
        breaks.length === 0
          ? 'The audit log is intact again.'
          : `${breaks.length} ${breaks.length === 1 ? 'problem' : 'problems'} can’t be accepted, because lines were changed or removed.`;
      call.print(
        `Gavel recorded your reason in the audit log. ${left} Gavel kept the old anchors alongside the new ones.`,
      );
      return breaks.length === 0 ? 0 : 1;
    });
  },
};
