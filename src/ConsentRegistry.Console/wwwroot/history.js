// A slider over the moments of the changes that the page shows. Without it there is a form for any moment.
const pause = 400;
let waiting;

function start() {
  const form = document.querySelector('[data-moment-slider]');
  const slider = form?.querySelector('input[type="range"]');
  if (!slider) return;
  const times = [...document.querySelectorAll('.timeline > li > div > .time time')].map(time => Date.parse(time.dateTime));
  // A moment later than the millisecond that is shown, the change has been made. One before the first shows what was before it.
  const moments = [...new Set(times)].sort((a, b) => a - b).map(moment => moment + 1);
  if (moments.length === 0) return;
  moments.unshift(moments[0] - 1000);
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'medium' });
  slider.max = moments.length;
  const current = Date.parse(slider.dataset.current ?? '');
  if (document.activeElement !== slider || !slider.dataset.started) {
    const place = moments.findLastIndex(moment => moment <= current + 1);
    slider.value = Number.isNaN(current) ? moments.length : Math.max(place, 0);
  }
  slider.dataset.started = 'true';
  const text = () => (+slider.value < moments.length ? format.format(moments[slider.value]) : slider.dataset.now);
  const show = () => {
    // The end of the slider says so itself.
    form.querySelector('[data-moment-chosen]').textContent = +slider.value < moments.length ? text() : '';
    slider.setAttribute('aria-valuetext', text());
  };
  form.querySelector('[data-moment-first]').textContent = format.format(moments[0]);
  slider.oninput = show;
  slider.onchange = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      form.elements.at.value = +slider.value < moments.length ? new Date(moments[slider.value]).toISOString() : '';
      form.requestSubmit();
    }, pause);
  };
  show();
  form.hidden = false;
}

start();
globalThis.Blazor?.addEventListener('enhancedload', start);
