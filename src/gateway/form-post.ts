import type { Head } from './head.ts';
import { isFrame, isTopNavigation } from './head.ts';

/** The three kinds in which a browser posts a form. */
const formTypes = /^(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)(?:\s*;|\s*$)/i;

/**
 * A form that a person sent: a navigation of the window or of a frame (webmail posts a mail into a hidden one). Browsers
 * say so; of one that says nothing, a POST of a form's own media type that wants a page in return.
 */
export function isFormPost(head: Head): boolean {
  if (head.method !== 'POST' || !formTypes.test(head.contentType ?? '')) return false;
  if (head.fetchMode === undefined && head.fetchDest === undefined) return wantsPage(head);
  return isTopNavigation(head) || (isFrame(head) && head.fetchMode === 'navigate');
}

function wantsPage(head: Head): boolean {
  return /\btext\/html\b/i.test(head.lines.first('accept') ?? '');
}
