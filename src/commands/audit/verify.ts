import type { AuditHead, Store } from '../../store/contract';
import { UsageError } from '../contract';
import type { LineCommand } from '../contract';
import { withStore } from '../with-store';

const breaksShown = 50;

export const auditVerify: LineCommand = {
  name: 'audit verify',
  summary: 'check that no line of the audit log was changed, removed, reordered or cut off',
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

/** `gavel/7/<64 digits>`, or the whole line of the log in either format. Pure. */
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
  for (const each of breaks.slice(0, breaksShown)) print(`${each.instance}: ${each.problem}`);
  if (breaks.length > breaksShown) print(`… and ${breaks.length - breaksShown} more.`);
  const lines = `${entries} ${entries === 1 ? 'line' : 'lines'}`;
  const places = `${breaks.length} ${breaks.length === 1 ? 'place' : 'places'}`;
  print(breaks.length === 0 ? `The audit log is whole: ${lines}.` : `The audit log is broken in ${places}.`);
  return breaks.length === 0 ? 0 : 1;
}
