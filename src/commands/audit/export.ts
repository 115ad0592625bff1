import type { AuditEntry } from '../../store/contract';
import { UsageError } from '../contract';
import type { LineCommand } from '../contract';
import { withStore } from '../with-store';

export const auditExport: LineCommand = {
  name: 'audit export',
  summary: 'print the audit log, newest first',
  options: [
    { name: 'format', value: 'ndjson|csv', summary: 'ndjson by default' },
    { name: 'since', value: '2026-11-20', summary: 'only from this moment on' },
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
  // A cell that begins like a formula would be run by a spreadsheet.
  return cells
    .map(
      (cell) =>
        `"${String(cell)
          .replace(/^([=+\-@\t\r])/, "'$1")
          .replaceAll('"', '""')}"`,
    )
    .join(',');
}
