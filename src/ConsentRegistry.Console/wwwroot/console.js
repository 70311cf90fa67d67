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

// Escape puts the reader's own time back, until the pointer or the focus comes anew.
function dismissExactTimes(event) {
  if (event.key !== 'Escape') return;
  for (const moment of document.querySelectorAll('.time:is(:hover, :focus)')) moment.dataset.dismissed = '';
}

function allowExactTime(event) {
  const moment = event.target instanceof Element ? event.target.closest('.time[data-dismissed]') : null;
  if (moment && !moment.contains(event.relatedTarget)) delete moment.dataset.dismissed;
}

// The result of checking an entry is in the verifier's own place, which may be out of sight.
function goToVerifier(event) {
  if (!(event.target instanceof Element) || !event.target.closest('[data-verify-entry]')) return;
  document.querySelector('[data-log-verifier] [data-verify-summary]')?.focus();
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
document.addEventListener('keydown', dismissExactTimes);
document.addEventListener('focusout', allowExactTime);
document.addEventListener('pointerout', allowExactTime);
document.addEventListener('click', goToVerifier);
