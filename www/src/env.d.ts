/** Prompts of the built-in conversations, put in by `build.mjs`. */
declare const SUGGESTIONS: Record<'zh-CN' | 'en', string[]>;
