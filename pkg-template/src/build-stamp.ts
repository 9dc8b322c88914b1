/** Names the core's module that this runtime was built with; put in by build.mjs. */
declare const TIDEGATE_BUILD: string;

export const BUILD = TIDEGATE_BUILD;
