import { mockStream } from 'tidegate/testing';
import answer from '../../../../answer.json';

export function POST() {
  return new Response(mockStream('openai', answer, { cuts: 'units', wire: 'random' }), { headers: { 'content-type': 'text/event-stream' } });
}
