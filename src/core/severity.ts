/** From the lowest to the highest. */
export const severities = ['info', 'warning', 'critical'] as const;

/** How much an event or an alert matters. */
export type Severity = (typeof severities)[number];
