// Draws the flame graph in the page that flame.ts makes. A frame is
// [name, place, kind, own ms, whole ms, what it called].
/* global document, window */
(() => {
  const ROW = 18;
  const at = (id) => document.getElementById(id);
  const root = JSON.parse(at('data').textContent);
  const box = at('flame');
  let zoomed = [root];

  function render() {
    box.replaceChildren();
    const width = box.clientWidth;
    const words = at('find').value.toLowerCase();
    const top = zoomed[zoomed.length - 1];
    let depth = 0;
    let found = 0;
    const place = (frame, row, left, wide, callers) => {
      if (wide < 1) return;
      depth = Math.max(depth, row);
      const element = document.createElement('div');
      element.className = frame[2];
      if (words && `${frame[0]} ${frame[1]}`.toLowerCase().includes(words)) {
        element.classList.add('match');
        found++;
      }
      // As text, never as HTML: names come from the profiled code.
      if (wide > 30) element.textContent = frame[0];
      element.title = tell(frame);
      element.style.cssText = `top:${row * ROW}px;left:${left}px;width:${wide}px`;
      const path = [...callers, frame];
      element.onclick = () => {
        zoomed = path;
        render();
      };
      element.onmouseover = () => (at('told').textContent = tell(frame));
      box.append(element);
    };
    const below = (frame, row, left, wide, callers) => {
      place(frame, row, left, wide, callers);
      let x = left;
      for (const call of frame[5]) {
        const share = frame[4] > 0 ? (call[4] / frame[4]) * wide : 0;
        if (share >= 1) below(call, row + 1, x, share, [...callers, frame]);
        x += share;
      }
    };
    zoomed.slice(0, -1).forEach((frame, row) => place(frame, row, 0, width, zoomed.slice(0, row)));
    below(top, zoomed.length - 1, 0, width, zoomed.slice(0, -1));
    box.style.height = `${(depth + 1) * ROW}px`;
    at('found').textContent = words ? `${found} frames` : '';
  }

  const percent = (ms) => `${((ms / (root[4] || 1)) * 100).toFixed(1)} %`;
  const tell = ([name, place, , own, whole]) =>
    `${name} ${place} — self ${own.toFixed(1)} ms (${percent(own)}), total ${whole.toFixed(1)} ms (${percent(whole)})`;

  at('find').oninput = render;
  window.onresize = render;
  render();
})();
