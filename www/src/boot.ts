/**
 * Runs before the first paint, so that a chosen theme or language does not
 * flash in late. Must stay tiny: it blocks rendering.
 */
import { readSettings } from './store.js';

const settings = readSettings(location.search);
document.documentElement.lang = settings.locale;
if (settings.theme !== 'auto') document.documentElement.dataset['theme'] = settings.theme;
