/** What the policy is asked about an address. */

/** Most of an address that is judged, UTF-16 units; its host is within. */
const MAX_ADDRESS_UNITS = 4_096;
/** In place of the host that an address does not name. */
const NO_HOST = 'no-host.invalid';

/** The attributes that are addresses. */
export const ADDRESSES: readonly string[] = ['href', 'src', 'srcset', 'poster', 'data', 'action', 'formaction', 'xlink:href'];

/** They name no host, and may be a whole picture. */
const CONTENTS = ['data:', 'blob:'];
const WEB = ['http:', 'https:'];

/** The texts to judge for an attribute: each address as written, and as the browser will read it. */
export function addressesIn(name: string, value: string): string[] {
  return name === 'srcset' ? value.split(/[\s,]+/).flatMap(textsOf) : textsOf(value);
}

function textsOf(whole: string): string[] {
  const address = whole.slice(0, MAX_ADDRESS_UNITS).trim();
  if (address === '' || isOf(CONTENTS, address)) return [];
  const url = resolved(address);
  if (url === undefined) return [address];
  const { href } = url;
  if (href === address) return [address];
  return url.hostname === NO_HOST ? [href.slice(url.origin.length)] : [href, address];
}

function resolved(address: string): URL | undefined {
  try {
    return new URL(address, isWhole(address) ? undefined : base());
  } catch {
    return undefined;
  }
}

/** What addresses without a host of their own are read with. */
function base(): string {
  const protocol = WEB.includes(location.protocol) ? location.protocol : 'https:';
  return `${protocol}//${NO_HOST}/`;
}

/** Whether it needs no base. */
function isWhole(address: string): boolean {
  return isOf(WEB, address) && address.startsWith('//', address.indexOf(':') + 1);
}

/** Without an expression: browsers throw their code away now and then, and compiling it anew lengthens a frame. */
function isOf(schemes: readonly string[], address: string): boolean {
  return schemes.includes(address.slice(0, address.indexOf(':') + 1).toLowerCase());
}
