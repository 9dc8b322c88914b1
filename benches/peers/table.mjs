/** The tables of one size, for people. */

const COLUMNS = [
  ['', ({ name, isFastest }) => name + (isFastest ? ' *' : '')],
  ['ready ms', ({ readyMs, isFloor }) => (isFloor ? '' : number(readyMs))],
  ['memory MB', ({ memoryBytes, isFloor }) => (isFloor ? '' : number(memoryBytes / 1e6))],
  ['MB/s', ({ mbPerSecond, share }) => number(mbPerSecond) + (share < 1 ? ` (${percent(share)})` : '')],
  ['found', ({ found, planted, isFloor }) => (isFloor ? '' : `${found}/${planted}`)],
  ['hits', ({ hits }) => String(hits)],
  ['push µs p50', ({ push }) => pushed(push, number(push?.p50))],
  ['p99', ({ push }) => pushed(push, number(push?.p99))],
  ['late p50', ({ push }) => pushed(push, number(push?.late))],
  ['held p50/p99/max', ({ push, isFloor }) => (push?.held && !isFloor ? `${push.held.p50}/${push.held.p99}/${push.held.max}` : '')],
];
const RATIOS = [
  ['tidegate to …', ({ name }) => name],
  ['ready', ({ ratio }) => times(ratio.readyMs)],
  ['memory', ({ ratio }) => times(ratio.memoryBytes)],
  ['MB/s', ({ ratio }) => times(ratio.mbPerSecond)],
  ['push p50', ({ ratio }) => times(ratio.push?.p50)],
  ['push p99', ({ ratio }) => times(ratio.push?.p99)],
];

export function printTables(size, { pack, rows }) {
  const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
  console.log(`\n${size} terms`);
  console.log(`pack: compiled in ${number(pack.compileMs)} ms, ${kb(pack.raw)} raw, ${kb(pack.gzip)} gzip, ${kb(pack.brotli)} brotli`);
  const us = rows.find(({ name, failed }) => name === 'tidegate' && !failed);
  if (us) console.log(`core: instantiated in ${number(us.initMs)} ms, ${number(us.coreBytes / 1e6)} MB before a pack is loaded`);
  const measured = rows.filter(({ failed }) => !failed);
  const rounds = Math.max(...measured.map((row) => row.rounds.length));
  console.log(`medians of ${rounds} rounds, in each of which every contender had a process of its own; ratios: medians of those within a round`);
  for (const { name } of measured.filter((row) => row.rounds.length < rounds)) console.log(`${name} is slow: measured in the first round only`);
  print(COLUMNS, measured);
  console.log('* fastest peer that finds every planted term; (rescan): has no stream, so the message so far is scanned again');
  for (const { name, failed } of rows.filter(({ failed }) => failed)) console.log(`${name}: ${failed}`);
  if (us) print(RATIOS, measured.filter(({ name }) => name !== 'tidegate'));
}

function print(columns, rows) {
  const cells = [columns.map(([title]) => title), ...rows.map((row) => columns.map(([, read]) => read(row)))];
  const widths = columns.map((_, column) => Math.max(...cells.map((line) => line[column].length)));
  console.log();
  for (const line of cells) {
    console.log(line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  ').trimEnd());
  }
}

/** Three digits that matter. */
function number(value) {
  if (value === undefined || Number.isNaN(value)) return '';
  if (value >= 100) return value.toFixed(0);
  return value.toPrecision(3).replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
}

const percent = (share) => `${(share * 100).toPrecision(2)} % of it`;
const times = (ratio) => (ratio === undefined ? '' : `${number(ratio)}×`);
const pushed = (push, text) => (push?.kind === 'rescan' ? `${text} (rescan)` : text);
