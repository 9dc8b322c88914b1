/**
 * `tidegate/labels`: labels that go along with what a model made. 人工智能生成合成内容标识办法 and
 * GB 45438—2025, both in force since 2025-09-01.
 */
export { labelled, labelOnCopy, type CopyOptions, type LabelOptions } from './labels/copy.js';
export { aigcMetadata, exportMarkdown, type Aigc, type ExportOptions, type Provenance } from './labels/export.js';
export { holdImages, type HeldImage, type HoldOptions } from './labels/images.js';
