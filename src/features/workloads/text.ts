import type { Pod, WorkloadEvent, WorkloadStatus } from '../../connectors/contract';
import { capitalize, cleanText, plainText, plural, withFullStop } from '../../core/text';
import { describeDuration } from '../../core/time/clock';

/** What a service runs as, in words. Pure. */

/** `3 of 4 pods are ready.`, and what its rollout does. Markdown. */
export function describeRollout({ rollout, wanted, ready, updated, scaledBy }: WorkloadStatus): string {
  const pods =
    wanted === 0
      ? 'It’s scaled to 0, so it has no pods.'
      : `${ready} of ${plural(wanted, 'pod')} ${ready === 1 ? 'is' : 'are'} ready.`;
  const said = rollout.reason === undefined ? '' : ` ${withFullStop(capitalize(plainText(rollout.reason, 300)))}`;
  const scaled = scaledBy === undefined ? '' : ` The autoscaler ${plainText(scaledBy, 80)} decides how many there are.`;
  switch (rollout.state) {
    case 'done':
      return `**${pods}**${scaled}`;
    case 'running':
      return `**A rollout is under way:** ${updated} of ${plural(wanted, 'pod')} ${updated === 1 ? 'has' : 'have'} the new release. ${pods}${scaled}`;
    case 'stuck':
      return ready === 0
        ? `**The rollout is stuck.**${said} 0 of ${plural(wanted, 'pod')} are ready, so the service is down until it’s rolled back or fixed.`
        : `**The rollout is stuck.**${said} ${pods} The earlier pods keep running until it’s rolled back or fixed.${scaled}`;
    case 'paused':
      return `**The rollout is paused.** ${pods}${scaled}`;
  }
}

const stateWords: Readonly<Record<Pod['state'], string>> = {
  starting: 'starting',
  ready: 'ready',
  failing: 'failing',
  ending: 'shutting down',
  finished: 'finished',
};

/** `failing: CrashLoopBackOff · 4 restarts · 2.14.0 on node-3`: where it is matters only while something is wrong. Plain text. */
export function describePod({ state, reason, restarts, version, node }: Pod): string {
  const why = reason === undefined ? stateWords[state] : `${stateWords[state]}: ${cleanText(reason, 160)}`;
  const where = [version ?? '', node === undefined || state === 'ready' ? '' : `on ${node}`]
    .filter((each) => each !== '')
    .join(' ');
  const parts = [why, restarts === 0 ? '' : plural(restarts, 'restart'), cleanText(where, 100)];
  return cleanText(parts.filter((each) => each !== '').join(' · '), 300);
}

/** How long ago it began: `5 min`. */
export function describePodAge(startedAt: number | undefined, now: number): string {
  return startedAt === undefined ? '' : describeDuration(Math.max(0, now - startedAt));
}

/** `Back-off pulling image (7 times)`. Plain text. */
export function describeEvent({ message, times }: WorkloadEvent): string {
  return `${cleanText(message, 240)}${times > 1 ? ` (${times} times)` : ''}`;
}

/** What the log shows. `readAt` is a time of day. Markdown. */
export function describeLog(count: number, readAt: string, isEarlier: boolean): string {
  if (count === 0) return `**The log was empty** at ${readAt}.`;
  const lines = `The last ${count === 1 ? 'line' : `${count} lines`}`;
  return isEarlier ? `**${lines} before the pod last restarted.**` : `**${lines}**, read at ${readAt}.`;
}
