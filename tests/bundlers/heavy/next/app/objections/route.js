/** What browsers refused under the strict policy. */
const objections = globalThis.tidegateObjections ??= [];

export const dynamic = 'force-dynamic';

export async function POST(request) {
  objections.push(await request.text());
  return new Response(null, { status: 204 });
}

/** Tells them once. */
export function GET() {
  return Response.json(objections.splice(0));
}
