/** The module's bytes, base64, as the build inlines them. */
declare const base64: string;
export default base64;
