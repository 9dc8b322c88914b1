/**
 * What the mini-program platforms have in common: functions of one object (`wx`,
 * `tt`, `my`) that take an object with `success` and `fail`. The adapters beside
 * this file even out where they differ.
 */
import { GuardError } from '../error.js';

/** The platforms that the entry knows. */
export type PlatformName = 'wechat' | 'douyin' | 'alipay';

type Call<Options, Result> = (options: Options & { success?: (result: Result) => void; fail?: (error: unknown) => void }) => unknown;

/** The functions of which tidegate makes use; those with `?` are not on every version, and none is in a Worker. */
export interface MiniApi {
  request: Call<Record<string, unknown>, Record<string, unknown>>;
  getStorage: Call<{ key: string }, { data?: unknown }>;
  setStorage: Call<{ key: string; data: string }, unknown>;
  removeStorage: Call<{ key: string }, unknown>;
  getStorageInfo: Call<object, { keys?: unknown }>;
  getRandomValues?: Call<{ length: number }, { randomValues: ArrayBuffer }>;
  createEventSource?: (options: Record<string, unknown>) => EventSourceTask;
  onAppShow?(listen: () => void): void;
  offAppShow?(listen: () => void): void;
  onAppHide?(listen: () => void): void;
  offAppHide?(listen: () => void): void;
  onMemoryWarning?(listen: () => void): void;
  offMemoryWarning?(listen: () => void): void;
  onNetworkStatusChange?(listen: (status: { isConnected?: boolean }) => void): void;
  offNetworkStatusChange?(listen: (status: { isConnected?: boolean }) => void): void;
  getAppBaseInfo?(): SystemInfo;
  getDeviceInfo?(): SystemInfo;
  /** In place of the two before on older versions. */
  getSystemInfoSync?(): SystemInfo;
  /** Alipay's base library. */
  SDKVersion?: string;
}

/** What a client says of itself, of which any part may be missing. */
export interface SystemInfo {
  /** Of the client. */
  version?: string;
  /** Of the base library. */
  SDKVersion?: string;
  /** Such as `iOS 17.1`. */
  system?: string;
}

/** Douyin's. */
export interface EventSourceTask {
  onMessage(listen: (message: { data?: unknown; event?: unknown }) => void): void;
  onError(listen: (error: unknown) => void): void;
  close(): void;
}

/** `WXWebAssembly` and its kin: they take a path in the code package, nothing else. */
export interface MiniWebAssembly {
  instantiate(path: string, imports: object): Promise<{ exports: object } | { instance: { exports: object } }>;
}

export interface MiniRequest {
  url: string;
  method: string;
  headers: Record<string, string>;
  body?: string;
  /** Longest wait, ms; absent: the platform's. */
  timeout?: number;
}

export interface MiniResponse {
  status: number;
  headers: Record<string, string>;
  body: ArrayBuffer;
}

/** A request under way. */
export interface MiniTask {
  abort(): void;
}

export interface MiniListener {
  /** Piece by piece, where the client can; the answer's headers came before. */
  chunk?: (bytes: ArrayBuffer) => void;
  /** Events that the platform has read already. */
  event?: (event: { event?: string; data: string }) => void;
  /** All came; `body` is what no chunk brought. */
  done(response: MiniResponse): void;
  fail(error: unknown): void;
}

export interface Platform {
  readonly name: PlatformName;
  readonly api: MiniApi;
  /** Absent: only the build without WebAssembly runs here. */
  readonly wasm: MiniWebAssembly | undefined;
  /** Where the module is unless `init()` is told. */
  readonly wasmPath: string;
  request(request: MiniRequest, listener: MiniListener): MiniTask;
  /** The value of a key, `undefined` if there is none. */
  stored(key: string): Promise<unknown>;
}

/** Calls a function of the platform; its failure becomes an error with the platform's own words. */
export function promised<Options, Result>(call: Call<Options, Result>, options: Options): Promise<Result> {
  return new Promise((resolve, reject) => {
    call({ ...options, success: resolve, fail: (error) => reject(new Error(wordsOf(error))) });
  });
}

/** What a platform says of a failure. */
export function wordsOf(error: unknown): string {
  const { errMsg, errorMessage, message } = Object(error) as Record<string, unknown>;
  return String(errMsg ?? errorMessage ?? message ?? error);
}

/** Names of headers in lower case, values as text. */
export function headersOf(given: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  const all = Object(given) as Record<string, unknown>;
  for (const name of Object.keys(all)) headers[name.toLowerCase()] = String(all[name]);
  return headers;
}

/** A body as bytes, whatever the platform made of it. */
export function bytesOf(data: unknown): ArrayBuffer {
  if (typeof data === 'string') return new TextEncoder().encode(data).buffer as ArrayBuffer;
  // By shape: the platform's buffers may be of another realm.
  if (typeof data === 'object' && data !== null && 'byteLength' in data) return data as ArrayBuffer;
  return new TextEncoder().encode(data === undefined || data === null ? '' : JSON.stringify(data)).buffer as ArrayBuffer;
}

/** The object of the platform. A Worker has none, only WebAssembly: what needs a function of it fails there. */
export function apiOf(name: string, api: MiniApi | undefined, wasm: MiniWebAssembly | undefined): MiniApi {
  return required(name, api ?? (wasm && ({} as MiniApi)));
}

/** Names the client, such as `wechat 8.0.50, base library 3.4.0, iOS 17.1`, for those who read an error. */
export function systemOf({ name, api }: Platform): string {
  const info: SystemInfo = {};
  try {
    Object.assign(info, api.getAppBaseInfo ? api.getAppBaseInfo() : api.getSystemInfoSync?.(), api.getDeviceInfo?.());
  } catch {
    // It says nothing of itself.
  }
  const { version = '?', SDKVersion = api.SDKVersion ?? '?', system = '?' } = info;
  return `${name} ${version}, base library ${SDKVersion}, ${system}`;
}

/** `init/platform` where the object of the platform is missing. */
export function required<T>(name: string, api: T | undefined): T {
  if (api) return api;
  throw new GuardError('init/platform', `there is no \`${name}\` here: this is another platform`);
}
