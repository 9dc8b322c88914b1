/** Prompts of the built-in conversations, put in by `build.mjs`. */
declare const SUGGESTIONS: Record<'zh-CN' | 'en', string[]>;

/** A text file, put in by esbuild. */
declare module '*.yaml' {
  const text: string;
  export default text;
}
