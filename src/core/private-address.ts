import { isIP } from 'node:net';

/** Whether this is an http address of this machine or of a private network, written as numbers: a name could lead anywhere. */
export function isPrivateAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (protocol !== 'http:' || username !== '' || password !== '') return false;
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  if (address === 'localhost') return true;
  if (isIP(address) === 4) return /^(127|10)\.|^192\.168\.|^172\.(1[6-9]|2\d|3[01])\./.test(address);
  return isIP(address) === 6 && /^(::1$|f[cd])/.test(address);
}
