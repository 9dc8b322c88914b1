/** The options of `guard.attach`. */
import { GuardError } from '../error.js';
import type { AttachOptions } from '../types.js';

export type Checked = Required<Omit<AttachOptions, 'onVerdict'>> & Pick<AttachOptions, 'onVerdict'>;

const NAMES: readonly string[] = ['messages', 'ignore', 'editable', 'addresses', 'onVerdict'] satisfies (keyof AttachOptions)[];

/** Throws `attach/options`. */
export function checkOptions(root: Element | ShadowRoot, options: AttachOptions): Checked {
  if (typeof options !== 'object' || options === null) throw wrong('options are an object');
  for (const name of Object.keys(options)) if (!NAMES.includes(name)) throw wrong(`there is no option ${name}`);
  const { messages = '', ignore = '', editable = false, addresses = true, onVerdict } = options;
  checkSelector(root, 'messages', messages);
  checkSelector(root, 'ignore', ignore);
  if (typeof editable !== 'boolean' || typeof addresses !== 'boolean') throw wrong('editable and addresses are true or false');
  if (onVerdict !== undefined && typeof onVerdict !== 'function') throw wrong('onVerdict is a function');
  return { messages, ignore, editable, addresses, ...(onVerdict ? { onVerdict } : {}) };
}

/** An empty one is none. */
function checkSelector(root: ParentNode, name: string, selector: string): void {
  if (typeof selector !== 'string') throw wrong(`${name} is a selector`);
  if (selector === '') return;
  try {
    root.querySelector(selector);
  } catch (cause) {
    throw new GuardError('attach/options', `${name} is no selector that this browser knows`, { cause });
  }
}

function wrong(message: string): GuardError {
  return new GuardError('attach/options', message);
}
