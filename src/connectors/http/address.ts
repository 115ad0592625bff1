/** Where a call goes: below the address of its connection, whatever is in the path. Pure. */

export type QueryValue = string | number | boolean | undefined | readonly string[];

/** As it is, or parts of which each is encoded: what comes from outside goes into parts. */
export type CallPath = string | readonly (string | number)[];

/**
 * The whole address; undefined for a path that would leave the base. Undefined values of the query are left out, and a list is written once for
 * each of its values.
 */
export function joinAddress(
  base: URL,
  path: CallPath,
  query: Readonly<Record<string, QueryValue>> = {},
): URL | undefined {
  if (typeof path !== 'string' && path.includes('')) return undefined;
  const words = typeof path === 'string' ? path : path.map((part) => encodeURIComponent(part)).join('/');
  if (!staysBelow(words)) return undefined;
  const url = new URL(base);
  const [place = '', search = ''] = splitAt(words, '?');
  url.pathname = `${base.pathname.replace(/\/$/, '')}/${place.replace(/^\//, '')}`;
  url.search = search;
  for (const [name, value] of Object.entries(query))
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== undefined) url.searchParams.append(name, String(each));
  return isBelow(base, url) ? url : undefined;
}

/** Neither an address of its own nor a part that means the folder above, however often it's encoded. */
function staysBelow(path: string): boolean {
  if (/^[a-z][a-z0-9+.-]*:|^\/\/|[\\\u0000-\u0020\u007F#]/i.test(path)) return false;
  let place = splitAt(path, '?')[0] ?? '';
  for (let depth = 0; depth < 5; depth++) {
    if (place.split(/[/\\]/).some((part) => part === '.' || part === '..')) return false;
    const decoded = decode(place);
    if (decoded === place) return true;
    place = decoded;
  }
  return false;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function splitAt(text: string, sign: string): string[] {
  const at = text.indexOf(sign);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function isBelow(base: URL, url: URL): boolean {
  const folder = base.pathname.endsWith('/') ? base.pathname : `${base.pathname}/`;
  return url.origin === base.origin && (url.pathname === base.pathname || url.pathname.startsWith(folder));
}

/** A link of an answer, as the address of the next page; undefined when it leads away from the base. */
export function nextPage(base: URL, at: URL, link: string): URL | undefined {
  const url = URL.canParse(link, at.href) ? new URL(link, at) : undefined;
  return url && url.username === '' && url.password === '' && isBelow(base, url) ? url : undefined;
}

/** Where a redirect leads, and whether that is the same system; undefined when it's no address of the web or a step back to plain HTTP. */
export function followRedirect(at: URL, location: string | undefined): { url: URL; isSame: boolean } | undefined {
  if (location === undefined || !URL.canParse(location, at.href)) return undefined;
  const url = new URL(location, at);
  if (url.username !== '' || url.password !== '') return undefined;
  if (url.protocol !== 'https:' && (url.protocol !== 'http:' || at.protocol === 'https:')) return undefined;
  url.hash = '';
  return { url, isSame: url.origin === at.origin };
}

/** The address after `rel="next"` of a Link header; undefined on the last page. */
export function nextLink(header: string | undefined): string | undefined {
  for (const part of (header ?? '').slice(0, 8_000).split(/,(?=\s*<)/)) {
    const [, address, parameters = ''] = /^\s*<([^<>]*)>(.*)$/.exec(part) ?? [];
    if (address !== undefined && /;\s*rel\s*=\s*(?:next\b|"(?:[^"]*\s)?next(?:\s[^"]*)?")/i.test(parameters))
      return address;
  }
  return undefined;
}
