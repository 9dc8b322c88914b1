/** The risks of `src/policy/risk.rs` with their names, put in by `www/console/build.mjs`. */
declare const RISKS: { id: string; 'zh-CN': string; en: string }[];
