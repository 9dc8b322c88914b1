/** The collector's endpoints for whoever complained. */

export type ComplaintStatus = 'received' | 'in_review' | 'upheld' | 'rejected' | 'answered';

export interface ComplaintState {
  status: ComplaintStatus;
  received_ms: number;
  due_ms: number;
  answer?: string;
}

const STATUSES: readonly string[] = ['received', 'in_review', 'upheld', 'rejected', 'answered'];

/**
 * Where a complaint stands; `waiting`: the collector does not have it (yet); `unknown`: it cannot be
 * asked now, or says what this page does not know.
 */
export async function complaintState(id: string): Promise<ComplaintState | 'waiting' | 'unknown'> {
  const answer = await ask(`/v1/complaints/${encodeURIComponent(id)}`);
  if (answer.status === 404) return 'waiting';
  const { status, received_ms: received, due_ms: due } = Object(answer.body) as Record<string, unknown>;
  const isState = answer.status === 200 && STATUSES.includes(String(status)) && Number.isFinite(received) && Number.isFinite(due);
  return isState ? answer.body as ComplaintState : 'unknown';
}

/** Days within which complaints are answered; `undefined` if the provider does not say, or not now. */
export async function complaintDays(): Promise<number | undefined> {
  const { body } = await ask('/v1/particulars');
  const { complaint_days: days } = Object(body) as Record<string, unknown>;
  return typeof days === 'number' && days > 0 ? days : undefined;
}

async function ask(path: string): Promise<{ status: number; body: unknown }> {
  try {
    const response = await fetch(path, { headers: { accept: 'application/json' } });
    return { status: response.status, body: await response.json() };
  } catch {
    return { status: 0, body: undefined };
  }
}
