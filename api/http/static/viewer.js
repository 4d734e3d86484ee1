// What stands on the left: pages with their boxes, or the lines and tables of a source without pages.

const SVG = "http://www.w3.org/2000/svg";
/** Dots to an inch of a page as it comes first, and of the sharper one that follows for the page that is looked at. */
const QUICK = 144, SHARP = 288;
const CROP = { width: 520, height: 96, margin: 14 };
/** Milliseconds after which somebody is taken to look at a cell rather than to pass it. */
const SETTLED = 700;

/** The viewer: `data.cells` are drawn, `onPick(id)` is called for a box that is clicked on, `onReady()` when more can be shown. */
export function viewer(data, onPick, onReady) {
  const pane = document.getElementById("viewer");
  const canvas = document.getElementById("crop");
  const figures = new Map([...pane.querySelectorAll("figure[data-page]")].map((one) => [Number(one.dataset.page), one]));
  let zoom = 1;
  // What is marked; and the cell that is asked about, which the crop shows.
  let shown = null;
  let asked = null;
  let later = 0;

  function load(figure) {
    const image = figure.querySelector("img");
    if (image.src) return;
    image.addEventListener("load", () => {
      const isFirst = !figure.points;
      figure.points ??= { width: (image.naturalWidth * 72) / QUICK, height: (image.naturalHeight * 72) / QUICK };
      figure.sharp = image.src.endsWith(SHARP);
      for (const other of figures.values()) if (!other.points) other.querySelector("img").style.aspectRatio = `auto ${image.naturalWidth} / ${image.naturalHeight}`;
      if (isFirst) { drawBoxes(figure); onReady(figure); } else crop();
    });
    image.addEventListener("error", () => { figure.querySelector(".missing").hidden = false; });
    image.src = `${image.dataset.src}?dpi=${QUICK}`;
  }

  /** A sharper picture for the crop and for zooming in; until it is there the quick one stays. */
  function sharpen(figure) {
    if (figure.sharp !== false) return;
    figure.sharp = null;
    const image = figure.querySelector("img");
    const finer = new Image();
    finer.addEventListener("load", () => { image.src = finer.src; });
    finer.src = `${image.dataset.src}?dpi=${SHARP}`;
  }

  function drawBoxes(figure) {
    if (!figure.points) return;
    const svg = figure.querySelector("svg");
    svg.setAttribute("viewBox", `0 0 ${figure.points.width} ${figure.points.height}`);
    svg.replaceChildren();
    for (const [id, cell] of Object.entries(data.cells)) {
      if (cell.page !== Number(figure.dataset.page) || !cell.bbox) continue;
      svg.append(rectangle(cell.bbox, `${cell.status}${cell === shown ? " here" : ""}`, () => onPick(id)));
    }
    if (shown?.sentence && shown.bbox && shown.page === Number(figure.dataset.page)) svg.append(rectangle(shown.bbox, "fact here", null));
  }

  function rectangle([x0, y0, x1, y1], kind, picked) {
    const box = document.createElementNS(SVG, "rect");
    // A little room around the figure, so that the line of the box does not cover it.
    for (const [name, value] of Object.entries({ x: x0 - 1.5, y: y0 - 1.5, width: x1 - x0 + 3, height: y1 - y0 + 3, rx: 1 })) box.setAttribute(name, value);
    box.setAttribute("class", kind);
    if (picked) box.addEventListener("click", picked);
    return box;
  }

  /** Mark where something stands and bring it into view. */
  function show(thing) {
    shown = thing;
    if (!thing.sentence) asked = thing;
    for (const marked of pane.querySelectorAll(".here:not(rect)")) marked.classList.remove("here");
    const figure = figures.get(thing.page);
    if (figure) {
      load(figure);
      for (const other of figures.values()) drawBoxes(other);
    } else markText(thing);
    crop();
    center();
  }

  function markText(thing) {
    const line = thing.line === null ? "" : String(thing.line);
    const place = find(thing.at) ?? find(line);
    place?.classList.add("here");
    (place ?? pane.firstElementChild)?.scrollIntoView({ block: place ? "center" : "nearest", inline: "nearest" });
  }

  function find(at) {
    return at ? pane.querySelector(`[data-at="${CSS.escape(at)}"]`) : null;
  }

  function crop() {
    const figure = figures.get(asked?.page);
    canvas.hidden = !(asked?.bbox && figure?.points);
    if (canvas.hidden) return;
    const image = figure.querySelector("img");
    const dots = image.naturalWidth / figure.points.width;
    const [x0, y0, x1, y1] = asked.bbox;
    const wide = canvas.clientWidth || CROP.width;
    const scale = Math.min(CROP.height / (y1 - y0 + 2 * CROP.margin), wide / (x1 - x0 + 2 * CROP.margin));
    const width = wide / scale, height = CROP.height / scale;
    canvas.width = 2 * wide;
    canvas.height = 2 * CROP.height;
    const pen = canvas.getContext("2d");
    pen.imageSmoothingQuality = "high";
    pen.fillStyle = "white";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, dots * ((x0 + x1 - width) / 2), dots * ((y0 + y1 - height) / 2), dots * width, dots * height, 0, 0, canvas.width, canvas.height);
    // The figure that is asked about among its neighbours.
    pen.strokeStyle = "rgb(179 38 30 / .75)";
    pen.lineWidth = 3;
    pen.strokeRect(2 * scale * ((width - (x1 - x0)) / 2 - 2), 2 * scale * ((height - (y1 - y0)) / 2 - 2), 2 * scale * (x1 - x0 + 4), 2 * scale * (y1 - y0 + 4));
    // Not at once: who only leafs through needs no finer picture, and the quick one of another page may be waited for.
    clearTimeout(later);
    later = setTimeout(sharpen, SETTLED, figure);
  }

  function center() {
    const figure = figures.get(shown?.page);
    if (!figure?.points || !shown.bbox) { figure?.scrollIntoView({ block: "nearest" }); return; }
    const sheet = figure.querySelector(".sheet").getBoundingClientRect();
    const [x0, y0, x1, y1] = shown.bbox;
    const across = sheet.left - pane.getBoundingClientRect().left + pane.scrollLeft + (sheet.width * (x0 + x1)) / 2 / figure.points.width;
    const down = sheet.top - pane.getBoundingClientRect().top + pane.scrollTop + (sheet.height * (y0 + y1)) / 2 / figure.points.height;
    pane.scrollTo(across - pane.clientWidth / 2, down - pane.clientHeight / 2);
  }

  /** Zoom by a factor (0: back to the width of the pane); what is in the middle, or under the pointer, stays there. */
  function setZoom(factor, at = { x: pane.clientWidth / 2, y: pane.clientHeight / 2 }) {
    const before = zoom;
    zoom = factor ? Math.min(5, Math.max(0.4, zoom * factor)) : 1;
    const held = { x: (pane.scrollLeft + at.x) * (zoom / before), y: (pane.scrollTop + at.y) * (zoom / before) };
    for (const figure of figures.values()) figure.querySelector(".sheet").style.width = `${100 * zoom}%`;
    for (const text of pane.querySelectorAll(".lines, .content")) text.style.fontSize = `${zoom}em`;
    pane.scrollTo(held.x - at.x, held.y - at.y);
  }

  let drag = null;
  pane.addEventListener("pointerdown", (event) => {
    if (figures.size && event.button === 0 && event.target.tagName !== "rect") drag = { x: event.clientX + pane.scrollLeft, y: event.clientY + pane.scrollTop };
  });
  addEventListener("pointermove", (event) => { if (drag) pane.scrollTo(drag.x - event.clientX, drag.y - event.clientY); });
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => { drag = null; });
  pane.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const corner = pane.getBoundingClientRect();
    setZoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, { x: event.clientX - corner.left, y: event.clientY - corner.top });
  }, { passive: false });

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) load(entry.target);
  }, { root: pane, rootMargin: "400px" });
  for (const figure of figures.values()) seen.observe(figure);
  if (pane.dataset.content) open(pane, onReady);

  return {
    show,
    crop,
    setZoom,
    pan: (x, y) => pane.scrollBy(x * pane.clientWidth / 4, y * pane.clientHeight / 4),
    isAt: (figure) => figure === null || figures.get(shown?.page) === figure,
    again: () => show(shown),
  };
}

/** A source without pages: its lines and tables come from the server, which reads it apart. */
async function open(pane, onReady) {
  const answer = await fetch(pane.dataset.content);
  const opening = document.getElementById("opening");
  if (!answer.ok) { opening.textContent = (await answer.json()).detail; return; }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const content = document.createElement("div");
  content.className = "content";
  content.append(...page.body.childNodes);
  opening.replaceWith(content);
  onReady(null);
}
