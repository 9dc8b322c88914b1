/** What the policy is asked about an address. */

/** Most of an address that is judged, UTF-16 units; its host is within. */
const MAX_ADDRESS_UNITS = 4_096;
/** In place of the host that an address does not name. */
const NO_HOST = 'no-host.invalid';

/** The attributes that are addresses. */
export const ADDRESSES: readonly string[] = ['href', 'src', 'srcset', 'poster', 'data', 'action', 'formaction', 'xlink:href'];

/** The texts to judge for an attribute: each address as written, and as the browser will read it. */
export function addressesIn(name: string, value: string): string[] {
  const written = name === 'srcset' ? value.split(/[\s,]+/) : [value];
  return written.flatMap((whole) => {
    const address = whole.slice(0, MAX_ADDRESS_UNITS).trim();
    // They name no host, and may be a whole picture.
    if (address === '' || /^(data|blob):/i.test(address)) return [];
    const url = resolved(address);
    if (url === undefined) return [address];
    if (url.hostname === NO_HOST) return [url.href.slice(url.origin.length)];
    return [...new Set([url.href, address])];
  });
}

function resolved(address: string): URL | undefined {
  const protocol = /^https?:$/.test(location.protocol) ? location.protocol : 'https:';
  try {
    return new URL(address, `${protocol}//${NO_HOST}/`);
  } catch {
    return undefined;
  }
}
