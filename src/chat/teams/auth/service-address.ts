/** Which service addresses may be spoken to. Checked when an address is stored and again when it is used. */

export interface AddressRule {
  readonly local: boolean;
  readonly hosts: readonly string[];
}

/** Local mode: this machine only. Else https, an allowed host, the standard port and no credentials. */
export function isAllowedAddress(address: string, { local, hosts }: AddressRule): boolean {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return false;
  }
  if (url.username !== '' || url.password !== '') return false;
  if (local) return (url.protocol === 'http:' || url.protocol === 'https:') && isLoopback(url.hostname);
  return url.protocol === 'https:' && url.port === '' && hosts.includes(url.hostname.toLowerCase());
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
