/** The strict policy; Next writes scripts into its pages, which need the nonce. */
import { NextResponse } from 'next/server';

export function proxy(request) {
  const nonce = btoa(crypto.randomUUID());
  const policy = `default-src 'none'; script-src 'self' 'nonce-${nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self'; report-uri /objections`;
  const headers = new Headers(request.headers);
  headers.set('content-security-policy', policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  return response;
}
