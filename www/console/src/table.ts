/** Tables: a caption, columns with headings, rows that narrow screens stack. */
import { el } from '../../src/dom.js';

type Content = Node | string | null;

export interface Column<T> {
  head: string;
  cell: (row: T) => Content;
  /** `number` aligns to the end; `main` is the row's own name; `aside` gives way to what is open beside the list. */
  kind?: 'number' | 'main' | 'aside';
}

/** A row of cells; each repeats its heading for screens too narrow for columns. */
export function tableRow<T>(columns: Column<T>[], row: T): HTMLTableRowElement {
  return el('tr', {}, ...columns.map(({ head, cell, kind }) => {
    const content = cell(row);
    return kind === 'main'
      ? el('th', { scope: 'row', 'data-head': head }, content)
      : el('td', { 'data-head': head, class: kind }, content);
  }));
}

/** The table in a box that scrolls sideways and can be reached with the keyboard. */
export function table<T>(caption: string, columns: Column<T>[], rows: T[]): { box: HTMLElement; body: HTMLTableSectionElement } {
  const body = el('tbody', {}, ...rows.map((row) => tableRow(columns, row)));
  const head = el('tr', {}, ...columns.map(({ head: name, kind }) => el('th', { scope: 'col', class: kind !== 'main' && kind }, name)));
  const box = el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    el('table', {}, el('caption', { class: 'visually-hidden' }, caption), el('thead', {}, head), body));
  return { box, body };
}
