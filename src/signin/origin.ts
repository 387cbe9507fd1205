/**
 * Whether a form was posted from a page of our own: at least one of Origin and Sec-Fetch-Site says so and neither
 * names another site. `null` names none (a page with a strict referrer policy sends it).
 */
export function isSameOrigin(own: string, origin: string | undefined, fetchSite: string | undefined): boolean {
  if (origin !== undefined && origin !== 'null' && origin !== own) return false;
  if (fetchSite !== undefined && fetchSite !== 'same-origin') return false;
  return origin === own || fetchSite === 'same-origin';
}
