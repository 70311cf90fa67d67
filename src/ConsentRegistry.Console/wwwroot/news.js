// Keeps News up to date: the server says that there is something new, and the page reads its list anew.
const RETRY = 30_000;
const PAUSE = 500;
let source;
let followed;
let waiting;

const list = () => document.querySelector('[data-news]');

function showState(isLive) {
  const state = document.querySelector('[data-news-state]');
  if (!state) return;
  state.dataset.live ??= state.textContent;
  state.textContent = isLive ? state.dataset.live : state.dataset.broken;
}

async function refresh() {
  const old = list();
  if (!old) return;
  const answer = await fetch(location.href, { headers: { Accept: 'text/html' } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return showState(false);
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const fresh = page.querySelector('[data-news]');
  if (!fresh || !old.isConnected) return;
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  old.innerHTML = fresh.innerHTML;
  // Whoever is about to press a button or to follow a link still has it.
  if (focused) {
    const name = focused.matches('button') ? 'value' : 'href';
    const value = focused.getAttribute(name);
    [...old.querySelectorAll(focused.localName)]
      .find(one => one.getAttribute(name) === value && one.textContent === focused.textContent)
      ?.focus({ preventScroll: true });
  }
  showState(true);
  const said = document.querySelector('[data-news-said]');
  said.textContent = said.dataset.text;
  document.dispatchEvent(new CustomEvent('newcontent'));
}

function follow() {
  const address = list()?.dataset.news ?? null;
  if (address === followed && (address === null || source)) return;
  source?.close();
  source = undefined;
  followed = address;
  if (address === null) return;
  source = new EventSource(address);
  source.addEventListener('hello', () => showState(true));
  source.addEventListener('news', () => {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, PAUSE);
  });
  source.onerror = () => {
    showState(false);
    // A browser that was refused does not try again by itself.
    if (source?.readyState === EventSource.CLOSED) {
      source = undefined;
      setTimeout(follow, RETRY);
    }
  };
}

follow();
globalThis.Blazor?.addEventListener('enhancedload', follow);
globalThis.addEventListener('pagehide', () => source?.close());
