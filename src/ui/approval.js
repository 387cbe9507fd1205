// Comfort only: without it the page comes again by itself, and has a button.
const waiting = document.querySelector('[data-approval]');
const left = document.querySelector('[data-left]');

async function look() {
  const answer = await fetch(waiting.dataset.approval, { cache: 'no-store' });
  const { state, seconds } = await answer.json();
  if (state === 'approved') {
    waiting.closest('form').submit();
    return true;
  }
  if (state !== 'open') {
    location.replace(location.pathname);
    return true;
  }
  left.textContent = String(seconds);
  return false;
}

async function wait() {
  // No connection: what was asked still stands, so it is looked at again.
  if (!(await look().catch(() => false))) setTimeout(wait, 1500);
}

if (waiting !== null) void wait();
