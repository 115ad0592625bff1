/** Alertmanager's list, with only the alerts that have exactly these labels. `url` is the address of its pages. Pure. */
export function alertsPage(url: string, labels: Readonly<Record<string, string>>): string {
  const wanted = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `${url.replace(/\/$/, '')}/#/alerts?filter=${encodeURIComponent(`{${wanted.join(',')}}`)}`;
}
