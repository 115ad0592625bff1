import { userInfo } from 'node:os';
import { maskSecrets } from '../../core/text/secrets';
import { UsageError } from '../contract';
import type { LineCommand } from '../contract';
import { withStore } from '../with-store';

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
      for (const { instance, problem } of before.breaks.slice(0, 50)) call.print(`${instance}: ${problem}`);
      if (before.breaks.length === 0) {
        call.print('The audit log is whole, so there is nothing to accept.');
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
          ? 'The audit log is whole again.'
          : `${breaks.length} of them can't be accepted: lines were changed or removed.`;
      call.print(`Accepted and recorded in the audit log. ${left} The old anchors were kept beside the new ones.`);
      return breaks.length === 0 ? 0 : 1;
    });
  },
};
