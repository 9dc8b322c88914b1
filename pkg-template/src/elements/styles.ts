/**
 * How the elements look. One constructed sheet for all: it is no inline style,
 * so a content security policy without `unsafe-inline` holds. Colours follow the
 * page's `color-scheme` and forced colours unless the page sets its own.
 */
const CSS = `
:host {
  display: block;
  --_surface: var(--tidegate-surface, Canvas);
  --_ink: var(--tidegate-ink, CanvasText);
  --_soft: var(--tidegate-ink-soft, var(--tidegate-ink, CanvasText));
  --_accent: var(--tidegate-accent, LinkText);
  --_accent-ink: var(--tidegate-accent-ink, Canvas);
  --_line: var(--tidegate-line, GrayText);
  --_warn: var(--tidegate-warn, var(--tidegate-ink, CanvasText));
  --_radius: var(--tidegate-radius, 14px);
  --_font: var(--tidegate-font, system-ui, sans-serif);
}
:host([hidden]) { display: none; }
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
/* Visible even in a page that the guard hides while the service is closed. */
dialog, .badge { visibility: visible; }
dialog { color: var(--_ink); font-family: var(--_font); line-height: 1.6; }
h2 { margin: 0 0 .4em; font-size: 1.5em; line-height: 1.25; }
p { margin: .35em 0; }
p:empty { display: none; }
h2:focus { outline: none; }
.actions { display: flex; flex-wrap: wrap; justify-content: center; gap: .6em; margin-top: 1.25em; }

.overlay { width: 100%; height: 100%; max-width: none; max-height: none; margin: 0; padding: 1.5em; border: 0; overflow: auto; background: var(--_surface); }
.overlay[open] { display: grid; place-items: center; }
.overlay::backdrop { background: Canvas; }
.overlay .card { max-width: 30em; text-align: center; }
.opens { color: var(--_accent); font-weight: 600; text-wrap: balance; }
.used { color: var(--_soft); font-size: .875em; }

.badge { display: flex; flex-wrap: wrap; align-items: center; gap: .3em .7em; color: var(--_soft); font: .875em/1.5 var(--_font); }
.meter { flex: 1; min-width: 6em; height: .45em; border: 0; border-radius: 99px; overflow: hidden; appearance: none; background: var(--_line); }
.meter::-webkit-meter-inner-element { display: block; height: 100%; }
.meter::-webkit-meter-bar { height: 100%; border: 0; border-radius: 99px; background: var(--_line); }
.meter::-webkit-meter-optimum-value { height: 100%; border-radius: 99px; background: var(--_accent); }
.meter::-webkit-meter-suboptimum-value { height: 100%; border-radius: 99px; background: var(--_warn); }
.meter::-moz-meter-bar { background: var(--_accent); }
.meter:-moz-meter-sub-optimum::-moz-meter-bar { background: var(--_warn); }
.note { color: var(--_warn); font-weight: 600; }

.reminder { width: min(28em, calc(100vw - 2em)); padding: 1.5em; border: 1px solid var(--_line); border-radius: var(--_radius); background: var(--_surface); }
.reminder::backdrop { background: rgb(0 0 0 / 45%); }
button { min-height: 2.75em; padding: .4em 1.2em; border: 1px solid var(--_accent); border-radius: calc(var(--_radius) * .7); background: var(--_accent); color: var(--_accent-ink); font: 600 .95em/1.3 var(--_font); cursor: pointer; }
button:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; }

@supports (color: light-dark(red, blue)) {
  :host { --_accent: var(--tidegate-accent, light-dark(#0f6b6b, #59bdb5)); --_warn: var(--tidegate-warn, light-dark(#8a4b08, #f0c078)); }
}
@media (forced-colors: active) {
  .meter { border: 1px solid; }
}
`;

let shared: CSSStyleSheet | undefined;

/** Made when the first element is: there may be no page when this is loaded. */
export function sheet(): CSSStyleSheet {
  if (!shared) {
    shared = new CSSStyleSheet();
    shared.replaceSync(CSS);
  }
  return shared;
}
