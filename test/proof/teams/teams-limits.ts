/** Teams' limits as sliding windows. Numbers: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit */

const conversationWindows = [
  { ms: 1_000, requests: 7 },
  { ms: 2_000, requests: 8 },
  { ms: 30_000, requests: 60 },
  { ms: 3_600_000, requests: 1_800 },
] as const;
const tenantWindow = { ms: 1_000, requests: 50 } as const;

export interface TeamsLimits {
  /** Counts one request; returns how long to wait, in milliseconds, if it is one too many. */
  count(conversation: string, method: string): number | undefined;
}

export function createTeamsLimits(now: () => number): TeamsLimits {
  const conversations = new Map<string, number[]>();
  let tenant: number[] = [];
  return {
    count(conversation, method) {
      const at = now();
      tenant = tenant.filter((each) => each > at - tenantWindow.ms);
      const first = tenant[tenant.length - tenantWindow.requests];
      if (first !== undefined) return first + tenantWindow.ms - at;
      const place = conversation.replace(/;messageid=.*/, '');
      const before = (conversations.get(place) ?? []).filter((each) => each > at - 3_600_000);
      if (method !== 'GET')
        for (const { ms, requests } of conversationWindows) {
          const inside = before.filter((each) => each > at - ms);
          const oldest = inside[inside.length - requests];
          if (oldest !== undefined) return oldest + ms - at;
        }
      tenant.push(at);
      if (method !== 'GET') conversations.set(place, [...before, at]);
      return undefined;
    },
  };
}
