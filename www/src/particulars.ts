/** Who provides this service, from `GET /v1/particulars`. */
import { openDialog } from './dialog.js';
import { el } from './dom.js';
import { t, type Key } from './i18n.js';
import { currentLocale } from './words.js';
import { codeOf } from './session.js';

const PARTICULARS_URL = '/v1/particulars';

/** A text, or one per language. */
type Words = string | Partial<Record<'zh-CN' | 'en', string>>;
interface Filing { name?: Words; filing?: string; url?: string }
interface Link { name?: Words; url?: string }

/** Everything may be missing: what the server does not say is not shown. */
interface Particulars {
  example?: boolean;
  provider?: { name?: Words; code?: string };
  service?: { name?: Words; description?: Words };
  models?: Filing[];
  algorithms?: Filing[];
  users?: Words;
  minor_mode?: { description?: Words };
  complaints?: { entry?: Words; process?: Words; email?: string };
  labels?: { policy?: Words };
  links?: Link[];
}

export async function openParticulars(): Promise<void> {
  const body = el('div', { class: 'stack' }, el('p', { role: 'status' }, t('particularsLoading')));
  openDialog('particulars', t('particulars'), body);
  try {
    const response = await fetch(PARTICULARS_URL, { headers: { accept: 'application/json' } });
    if (!response.ok) return fail(body, `http/${response.status}`);
    body.replaceChildren(...show(await response.json() as Particulars));
  } catch (error) {
    fail(body, codeOf(error));
  }
}

function fail(body: HTMLElement, code: string): void {
  body.replaceChildren(el('p', { class: 'form-error', role: 'alert' }, t('particularsFailed', { code })));
}

function show(all: Particulars): HTMLElement[] {
  const list = el('dl', { class: 'facts' });
  const add = (key: Key, ...parts: (Node | string)[]): void => {
    const said = parts.filter((part) => part !== '');
    if (said.length > 0) list.append(el('dt', {}, t(key)), el('dd', {}, ...said));
  };
  add('factProvider', words(all.provider?.name), all.provider?.code ? `\n${all.provider.code}` : '');
  add('factService', words(all.service?.name), all.service?.description ? `\n${words(all.service.description)}` : '');
  add('factModel', ...filings(all.models));
  add('factAlgorithm', ...filings(all.algorithms));
  add('factUsers', words(all.users));
  add('factMinors', words(all.minor_mode?.description));
  add('factComplaints', words(all.complaints?.entry), all.complaints?.process ? `\n${words(all.complaints.process)}` : '');
  add('factLabels', words(all.labels?.policy));
  const links = (all.links ?? []).map((one) => link(one.url, words(one.name))).filter((one) => one !== '');
  add('factLinks', ...links.flatMap((one, index) => (index > 0 ? [' · ', one] : [one])));
  return all.example === true ? [el('p', { class: 'status-line' }, t('particularsExample')), list] : [list];
}

/** One filing a line: name, number, where it can be looked up. */
function filings(all: Filing[] = []): HTMLElement[] {
  return all.map(({ name, filing, url }) => el('div', {},
    words(name), filing ? el('div', { class: 'filing' }, filing) : null, link(url, t('filingLookup'))));
}

/** A link to the web, or nothing: other schemes have no business here. */
function link(url: string | undefined, label: string): HTMLAnchorElement | '' {
  if (!url || !/^https?:\/\//i.test(url)) return '';
  return el('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, label || url);
}

function words(text: Words | undefined): string {
  if (text === undefined || typeof text === 'string') return text ?? '';
  return text[currentLocale()] ?? text['zh-CN'] ?? text.en ?? '';
}
