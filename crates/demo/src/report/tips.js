(() => {
  const tip = document.getElementById('tip');
  // The browser's own tooltips would cover ours: titles become labels.
  for (const drawing of document.querySelectorAll('svg[role=img]')) {
    const [title, desc] = [drawing.querySelector('title'), drawing.querySelector('desc')];
    drawing.removeAttribute('aria-labelledby');
    drawing.setAttribute('aria-label', title.textContent + '. ' + desc.textContent);
    title.remove();
  }
  const move = event => {
    const text = event.target instanceof Element && event.target.getAttribute('data-tip');
    tip.hidden = !text;
    if (!text) return;
    tip.textContent = text;
    const [wide, high] = [tip.offsetWidth, tip.offsetHeight];
    const right = event.clientX + 16 + wide < document.documentElement.clientWidth;
    const below = event.clientY + 16 + high < innerHeight;
    tip.style.left = Math.max(4, event.clientX + (right ? 16 : -wide - 12)) + 'px';
    tip.style.top = Math.max(4, event.clientY + (below ? 16 : -high - 12)) + 'px';
  };
  addEventListener('pointermove', move);
  addEventListener('pointerdown', move);
  addEventListener('scroll', () => { tip.hidden = true; }, { passive: true });
})();
