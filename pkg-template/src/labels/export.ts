/** What exported files carry: the visible label, and the implicit one (标识办法 art. 5, GB 45438—2025 annex E). */
import { GuardError } from '../error.js';
import { labelOf, type LabelOptions } from './copy.js';

/** Who made it. Codes come from compliance; they are never made up here. */
export interface Provenance {
  /** `1` it is generated, `2` it may be, `3` it is suspected to be; default `1`. */
  label?: '1' | '2' | '3';
  /** Code of the provider that generated it: 27 digits and capital letters. */
  producer: string;
  /** The provider's number for this content. */
  produceId: string;
  /** Who passes it on; default the producer, as when it is written for the first time. */
  propagator?: string;
  /** Default `produceId`. */
  propagateId?: string;
  /** The producer's, and the propagator's, signature or hash; default empty. */
  reservedCode1?: string;
  /** The propagator's, as `reservedCode1`; default empty. */
  reservedCode2?: string;
}

/** The object of annex E. */
export interface Aigc {
  /** `1` generated, `2` may be, `3` suspected. */
  Label: '1' | '2' | '3';
  /** Code of who generated it. */
  ContentProducer: string;
  /** Its number there. */
  ProduceID: string;
  /** Signature or hash of who generated it; empty: none. */
  ReservedCode1: string;
  /** Code of who passes it on. */
  ContentPropagator: string;
  /** Its number there. */
  PropagateID: string;
  /** Signature or hash of who passes it on; empty: none. */
  ReservedCode2: string;
}

/** What an exported file carries. */
export interface ExportOptions extends LabelOptions {
  /** For the metadata. */
  provenance: Provenance;
}

const CODE = /^[0-9A-Z]{27}$/;
/** Single-byte printable characters, without space, quotation marks and backslash. */
const VALUE = /^[!#-&(-[\]-~]{0,1024}$/;
const FRONT_MATTER = /^---\r?\n([^]*?)^---[ \t]*$\r?\n?/m;

/** The metadata, checked: `labels/metadata` names the field that is wrong. */
export function aigcMetadata({
  label = '1', producer, produceId, propagator = producer, propagateId = produceId, reservedCode1 = '', reservedCode2 = '',
}: Provenance): Aigc {
  if (!['1', '2', '3'].includes(label)) throw wrong('label', 'is 1, 2 or 3');
  for (const [name, code] of Object.entries({ producer, propagator })) {
    if (typeof code !== 'string' || !CODE.test(code)) throw wrong(name, 'is a code of 27 digits and capital letters');
  }
  for (const [name, value] of Object.entries({ produceId, propagateId, reservedCode1, reservedCode2 })) {
    if (typeof value !== 'string' || !VALUE.test(value)) throw wrong(name, 'has printable ASCII only, no space, quotation mark or backslash, at most 1024');
  }
  if (produceId === '' || propagateId === '') throw wrong('produceId', 'is not empty');
  return {
    Label: label, ContentProducer: producer, ProduceID: produceId, ReservedCode1: reservedCode1,
    ContentPropagator: propagator, PropagateID: propagateId, ReservedCode2: reservedCode2,
  };
}

/**
 * A Markdown file: the metadata in its front matter, the visible label before the text. Front matter
 * that the text has stays; there may be one `AIGC` in a file, so text that has one is refused.
 */
export function exportMarkdown(text: string, { provenance, ...options }: ExportOptions): string {
  const metadata = `AIGC: ${JSON.stringify(aigcMetadata(provenance))}\n`;
  const found = text.startsWith('---') ? FRONT_MATTER.exec(text) : null;
  const matter = found?.index === 0 ? found[1] ?? '' : '';
  if (/^\s*["']?AIGC["']?\s*:/m.test(matter)) throw wrong('text', 'has an AIGC entry already');
  const body = found?.index === 0 ? text.slice(found[0].length) : text;
  return `---\n${matter}${metadata}---\n\n> ${labelOf(options)}\n\n${body.trim()}\n`;
}

function wrong(name: string, what: string): GuardError {
  return new GuardError('labels/metadata', `${name} ${what}`);
}
