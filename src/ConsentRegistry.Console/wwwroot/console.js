// Shows moments in the reader's time zone. Without this script they are in UTC, and everything else works the same.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

function showLocalTimes() {
  // The page's language, in the way of the reader's country where they have one for it.
  const language = navigator.languages.find((one) => one.split('-')[0] === document.documentElement.lang)
    ?? document.documentElement.lang;
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' });
  for (const time of document.querySelectorAll('.time time')) {
    time.textContent = format.format(new Date(time.dateTime));
  }
  for (const note of document.querySelectorAll('[data-time-zone]')) {
    note.textContent = note.dataset.timeZone.replace('{0}', zone);
  }
}

// The verifier is loaded on pages that have a place for it. It starts itself, and finds later places by itself.
function loadVerifier() {
  if (document.querySelector('[data-log-verifier]')) void import('/verify/page.js');
}

function start() {
  showLocalTimes();
  loadVerifier();
}

start();
// Blazor replaces parts of the page when a link or form is followed without loading the page anew.
globalThis.Blazor?.addEventListener('enhancedload', start);
// News that comes while the page is open.
document.addEventListener('newcontent', showLocalTimes);
