/** Base64 with the letters of addresses (RFC 4648, section 5), as keys and signed claims are written. */

/** The bytes; throws what `atob` throws for anything else. */
export function bytesOfBase64url(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (char) => char.charCodeAt(0));
}
