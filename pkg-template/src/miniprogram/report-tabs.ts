/** In place of `report-tabs.ts`: a mini-program is one page, so there is nobody to leave the sending to. */
import type { SenderTabs as Tabs } from '../report-tabs.js';

export const SenderTabs = {
  join(): Tabs | undefined {
    return undefined;
  },
};
