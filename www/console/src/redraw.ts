/** Draws anew what holds fields, without taking the focus from whoever uses one of them. */

/** Replaces what stands in `place`; the field that had the focus gives it to the one of the same name. */
export function redraw(place: HTMLElement, ...content: Node[]): void {
  const held = document.activeElement;
  const name = place.contains(held) ? held?.getAttribute('name') : undefined;
  place.replaceChildren(...content);
  const field = name ? place.querySelector<HTMLElement>(`[name="${CSS.escape(name)}"]`) : null;
  // Its value may have been the reason why the others were unfolded.
  const folded = field?.closest('details');
  if (folded) folded.open = true;
  field?.focus();
}
