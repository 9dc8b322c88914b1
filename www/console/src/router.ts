/**
 * Where the console is: `#/view/part?filters`. All of it is behind the `#`, so
 * that what a filter names (a subject, say) never reaches a server's log.
 */

export interface Place {
  view: string;
  /** What follows the view, decoded: `rules/starter/drugs` has two. */
  parts: string[];
  filters: URLSearchParams;
}

export function here(): Place {
  const [path = '', search = ''] = location.hash.replace(/^#\/?/, '').split(/\?(.*)/s, 2);
  const [view = '', ...parts] = path.split('/').map(decode);
  return { view, parts, filters: new URLSearchParams(search) };
}

/** Addresses are typed and mangled by people: what cannot be decoded is taken as it is. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a place, for links. Empty filters are left out. */
export function href(view: string, parts: string[] = [], filters: Record<string, string> | URLSearchParams = {}): string {
  const given = new URLSearchParams(filters);
  for (const [name, value] of [...given]) if (value === '') given.delete(name);
  const search = given.toString();
  return `#/${[view, ...parts].map(encodeURIComponent).join('/')}${search === '' ? '' : `?${search}`}`;
}

/** Goes to an address of `href`; `replace` leaves no step for the back button. */
export function go(address: string, replace = false): void {
  if (address === location.hash) return;
  if (replace) {
    history.replaceState(null, '', address);
    dispatchEvent(new HashChangeEvent('hashchange'));
  } else {
    location.hash = address;
  }
}

/** The place with some filters changed; an empty value drops one. */
export function withFilters(place: Place, changes: Record<string, string>): string {
  const filters = new URLSearchParams(place.filters);
  for (const [name, value] of Object.entries(changes)) filters.set(name, value);
  return href(place.view, place.parts, filters);
}
