/** For what is changed in the output of a tool, which may write it otherwise one day. */

/** `text` with `from` replaced; throws if there is nothing like it. `what` names the text. */
export function replaced(what, text, from, to) {
  const done = text.replace(from, to);
  if (done === text) throw new Error(`${what} has nothing like ${from.source}; is it written otherwise now?`);
  return done;
}
