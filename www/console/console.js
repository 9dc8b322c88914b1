// The provider's console. What records say was written by strangers: it goes
// into the page through `textContent` only, never as markup.

const PAGE_ROWS = 100;
/** Most rows kept in the page. */
const MAX_ROWS = 2000;
const REFRESH_MS = 5000;
const TOKEN_KEY = 'tidegate.console.token';
const LANGUAGE_KEY = 'tidegate.console.language';
const THEME_KEY = 'tidegate.console.theme';

const TEXTS = {
  'zh-CN': {
    title: 'tidegate 控制台', skip: '跳到记录', language: '语言', theme: '外观', themeAuto: '跟随系统',
    themeLight: '浅色', themeDark: '深色', leave: '退出', login: '管理员登录',
    loginHelp: '令牌是采集端的 TIDEGATE_ADMIN_TOKEN；未设置时，启动时会打印一个。只保存在本标签页。',
    token: '令牌', enter: '进入', kind: '类型', all: '全部', verdict: '判定', complaint: '投诉', drops: '丢失',
    risk: '风险', auto: '自动刷新', refresh: '刷新', caption: '记录，新的在前', time: '时间', rule: '规则',
    action: '动作', policy: '策略', message: '消息', details: '详情', none: '没有记录。', older: '更早的记录',
    flag: '标记', mask: '遮盖', replace: '替换', terminate: '终止', retract: '撤回',
    illegal: '违法', harmful: '有害', discrimination: '歧视', privacy: '隐私', inaccurate: '不准确',
    minor_safety: '未成年人保护', other: '其他', input: '输入', output: '输出', size: '空间不足', age: '等待过久',
    wrongToken: '令牌不对。', offline: '连接不到采集端，将继续尝试。', failed: '采集端出错：',
    shown: (rows, at) => `${rows} 条记录，更新于 ${at}`,
    span: (start, end, units) => `第 ${start}–${end} 字，此前已显示 ${units} 字`,
    lost: (count, why) => `丢失 ${count} 条（${why}）`,
    revision: (revision) => `第 ${revision} 版`,
  },
  en: {
    title: 'tidegate console', skip: 'Skip to records', language: 'Language', theme: 'Theme', themeAuto: 'System',
    themeLight: 'Light', themeDark: 'Dark', leave: 'Sign out', login: 'Staff sign-in',
    loginHelp: 'The token is the collector’s TIDEGATE_ADMIN_TOKEN; if that is unset, one is printed at start. It is kept in this tab only.',
    token: 'Token', enter: 'Enter', kind: 'Kind', all: 'All', verdict: 'Verdict', complaint: 'Complaint', drops: 'Loss',
    risk: 'Risk', auto: 'Refresh by itself', refresh: 'Refresh', caption: 'Records, newest first', time: 'Time', rule: 'Rule',
    action: 'Action', policy: 'Policy', message: 'Message', details: 'Details', none: 'No records.', older: 'Older records',
    flag: 'Flagged', mask: 'Masked', replace: 'Replaced', terminate: 'Terminated', retract: 'Retracted',
    illegal: 'Illegal', harmful: 'Harmful', discrimination: 'Discrimination', privacy: 'Privacy', inaccurate: 'Inaccurate',
    minor_safety: 'Safety of minors', other: 'Other', input: 'input', output: 'output', size: 'no space', age: 'waited too long',
    wrongToken: 'The token is wrong.', offline: 'The collector cannot be reached; trying on.', failed: 'The collector failed: ',
    shown: (rows, at) => `${rows} records, updated at ${at}`,
    span: (start, end, units) => `units ${start}–${end}, ${units} shown before`,
    lost: (count, why) => `${count} records lost (${why})`,
    revision: (revision) => `revision ${revision}`,
  },
};

const element = (id) => document.getElementById(id);

/** Storage that may be switched off. */
const read = (storage, key) => { try { return window[storage].getItem(key); } catch { return null; } };
const write = (storage, key, value) => {
  try {
    if (value === null) window[storage].removeItem(key);
    else window[storage].setItem(key, value);
  } catch { /* It is then kept for as long as the page lives. */ }
};

let language = read('localStorage', LANGUAGE_KEY) ?? (/^zh\b/i.test(navigator.language) ? 'zh-CN' : 'en');
if (!Object.hasOwn(TEXTS, language)) language = 'en';
let token = read('sessionStorage', TOKEN_KEY);
/** Records, newest first, and the cursor behind them. */
let records = [];
let next = null;
let timer = 0;
/** Answers to older questions than this one are dropped. */
let asked = 0;
let status = () => '';

const text = (key) => TEXTS[language][key];
/** A word of a fixed vocabulary in the page's language, or as it is. */
const word = (value) => (Object.hasOwn(TEXTS[language], value) && typeof text(value) === 'string' ? text(value) : String(value));

function say(make, bad = false) {
  status = make;
  const line = element('status');
  const words = make();
  if (line.textContent !== words) line.textContent = words;
  line.classList.toggle('bad', bad);
}

function translate() {
  document.documentElement.lang = language;
  document.title = text('title');
  for (const one of document.querySelectorAll('[data-text]')) one.textContent = text(one.dataset.text);
  element('status').textContent = status();
  draw();
}

function make(tag, content, className) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (content !== undefined && content !== null) made.textContent = String(content);
  return made;
}

function cell(row, content, className) {
  const made = make('td', content instanceof Node ? null : content, className);
  if (content instanceof Node) made.append(content);
  row.append(made);
}

function kindOf(type) {
  return ['verdict', 'complaint', 'drops'].find((kind) => type === `dev.tidegate.${kind}.v1`) ?? 'other';
}

function moment(iso) {
  const at = new Date(iso);
  const made = make('time', Number.isNaN(at.getTime()) ? iso : at.toLocaleString(language, { hour12: false }));
  made.dateTime = iso;
  return made;
}

function details(kind, data) {
  if (kind === 'verdict') {
    return `${word(data.direction)} · ${data.channel} · ${data.view} · ${text('span')(data.start, data.end, data.shown_units)}`;
  }
  if (kind === 'complaint') return data.text ? `${word(data.category)}: ${data.text}` : word(data.category);
  if (kind === 'drops') return text('lost')(data.dropped, word(data.reason));
  return '';
}

function tableRow(record) {
  const data = record.data ?? {};
  const kind = kindOf(record.type);
  const row = document.createElement('tr');
  row.dataset.id = record.id;
  cell(row, moment(record.time));
  cell(row, make('span', word(kind), `tag ${kind}`));
  cell(row, data.risk, 'name');
  cell(row, data.rule, 'name');
  // The action is one of five words; a class is made of those only.
  const action = ['flag', 'mask', 'replace', 'terminate', 'retract'].find((one) => one === data.action);
  cell(row, action ? make('span', word(action), `tag ${action}`) : '');
  cell(row, data.policy === undefined ? '' : `${data.policy} · ${text('revision')(data.revision)}`, 'name');
  cell(row, data.message, 'name quiet');
  cell(row, details(kind, data), kind === 'complaint' ? 'details' : 'details quiet');
  return row;
}

function draw() {
  element('rows').replaceChildren(...records.map(tableRow));
  element('none').hidden = records.length > 0;
  element('older').hidden = next === null || records.length >= MAX_ROWS;
  const risks = [...new Set(records.map((record) => record.data?.risk).filter(Boolean))].sort();
  element('risks').replaceChildren(...risks.map((risk) => {
    const option = document.createElement('option');
    option.value = risk;
    return option;
  }));
}

function show() {
  element('login').hidden = token !== null;
  element('board').hidden = token === null;
  element('leave').hidden = token === null;
  if (token === null) element('token').focus();
}

function leave(words) {
  token = null;
  asked += 1;
  write('sessionStorage', TOKEN_KEY, null);
  clearTimeout(timer);
  records = [];
  next = null;
  draw();
  show();
  say(words, true);
}

/** One page: the newest rows, or those behind `after`. */
async function fetchPage(after) {
  const query = new URLSearchParams({ order: 'newest', limit: String(PAGE_ROWS) });
  if (after !== null) query.set('after', String(after));
  if (element('kind').value) query.set('kind', element('kind').value);
  if (element('risk').value.trim()) query.set('risk', element('risk').value.trim());
  const response = await fetch(`/v1/reports?${query}`, {
    headers: { authorization: `Bearer ${token}` }, cache: 'no-store', credentials: 'omit',
  });
  if (!response.ok) {
    const { code } = await response.json().catch(() => ({}));
    throw Object.assign(new Error(code ?? `HTTP ${response.status}`), { status: response.status });
  }
  return response.json();
}

/** Puts a fresh page before what is known; a gap between them drops the old. */
function merge(page) {
  const newest = records[0]?.row ?? -1;
  const oldestFresh = page.records.at(-1)?.row ?? 0;
  if (records.length === 0 || page.records.length === 0 || (page.next !== null && oldestFresh > newest)) {
    const changed = records.length > 0 || page.records.length > 0;
    records = page.records;
    next = page.next;
    return changed;
  }
  const fresh = page.records.filter((record) => record.row > newest);
  records = [...fresh, ...records].slice(0, MAX_ROWS);
  return fresh.length > 0;
}

/** Asks the collector; `use` takes its page in and says whether to draw. */
async function ask(after, use) {
  if (token === null) return;
  asked += 1;
  const question = asked;
  clearTimeout(timer);
  try {
    const page = await fetchPage(after);
    if (question !== asked) return;
    if (use(page)) draw();
    const at = new Date();
    say(() => text('shown')(records.length, at.toLocaleTimeString(language, { hour12: false })));
  } catch (error) {
    if (question !== asked) return;
    if (error.status === 401) { leave(() => text('wrongToken')); return; }
    say(() => (error.status === undefined ? text('offline') : text('failed') + error.message), true);
  }
  schedule();
}

const refresh = () => ask(null, merge);

function restart() {
  records = [];
  next = null;
  return ask(null, (page) => { records = page.records; next = page.next; return true; });
}

function older() {
  return ask(next, (page) => { records = [...records, ...page.records].slice(0, MAX_ROWS); next = page.next; return true; });
}

function schedule() {
  clearTimeout(timer);
  if (element('auto').checked && !document.hidden && token !== null) timer = setTimeout(refresh, REFRESH_MS);
}

function setTheme(theme) {
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

element('language').value = language;
element('theme').value = read('localStorage', THEME_KEY) ?? 'auto';
setTheme(element('theme').value);

element('login').addEventListener('submit', (event) => {
  event.preventDefault();
  token = element('token').value.trim();
  element('token').value = '';
  write('sessionStorage', TOKEN_KEY, token);
  show();
  say(() => '');
  void restart();
});
element('leave').addEventListener('click', () => { leave(() => ''); });
element('language').addEventListener('change', (event) => {
  language = event.target.value;
  write('localStorage', LANGUAGE_KEY, language);
  translate();
});
element('theme').addEventListener('change', (event) => {
  write('localStorage', THEME_KEY, event.target.value);
  setTheme(event.target.value);
});
element('kind').addEventListener('change', () => { void restart(); });
element('risk').addEventListener('change', () => { void restart(); });
element('auto').addEventListener('change', schedule);
element('refresh').addEventListener('click', () => { void refresh(); });
element('older').addEventListener('click', () => { void older(); });
document.addEventListener('visibilitychange', () => { if (!document.hidden) void refresh(); });

translate();
show();
if (token !== null) void restart();
