// A report beside its page: one doubtful cell after the other, settled by keys.

const data = JSON.parse(document.getElementById("data").textContent);
const words = data.words;
const byId = (id) => document.getElementById(id);
const boxes = new Map([...document.querySelectorAll("[data-cell]")].map((box) => [box.dataset.cell, box]));
const SVG = "http://www.w3.org/2000/svg";
const CROP = { width: 420, height: 84, margin: 14 };
let current = null;
let busy = false;

const doubts = () => {
  const named = new Set(data.reasons.map((reason) => reason.cell).filter((cell) => cell && data.cells[cell]));
  return [...boxes.keys()].filter((cell) => named.has(cell));
};

// --- the pages -------------------------------------------------------------------------------------------------------

const figures = new Map([...document.querySelectorAll("figure[data-page]")].map((one) => [Number(one.dataset.page), one]));
let zoom = 1;

function load(figure) {
  const image = figure.querySelector("img");
  if (!image.src) {
    image.addEventListener("load", () => { drawBoxes(figure); showCrop(); }, { once: true });
    image.src = image.dataset.src;
  }
}

function drawBoxes(figure) {
  const image = figure.querySelector("img");
  const svg = figure.querySelector("svg");
  // The picture has 144 dots to an inch, a point is 1/72 of one.
  svg.setAttribute("viewBox", `0 0 ${image.naturalWidth / 2} ${image.naturalHeight / 2}`);
  svg.replaceChildren();
  for (const [id, cell] of Object.entries(data.cells)) {
    if (cell.page !== Number(figure.dataset.page) || !cell.bbox) continue;
    const [x0, y0, x1, y1] = cell.bbox;
    const box = document.createElementNS(SVG, "rect");
    for (const [name, value] of Object.entries({ x: x0, y: y0, width: x1 - x0, height: y1 - y0 })) box.setAttribute(name, value);
    box.setAttribute("class", `${cell.status}${id === current ? " here" : ""}`);
    box.addEventListener("click", () => focus(id));
    svg.append(box);
  }
}

function setZoom(value) {
  zoom = Math.min(4, Math.max(0.4, value));
  for (const figure of figures.values()) figure.querySelector(".sheet").style.width = `${100 * zoom}%`;
}

const viewer = byId("viewer");
let held = null;
viewer.addEventListener("pointerdown", (event) => {
  if (event.target.tagName !== "rect") held = { x: event.clientX + viewer.scrollLeft, y: event.clientY + viewer.scrollTop };
});
addEventListener("pointermove", (event) => {
  if (held) viewer.scrollTo(held.x - event.clientX, held.y - event.clientY);
});
addEventListener("pointerup", () => { held = null; });
viewer.addEventListener("wheel", (event) => {
  if (event.ctrlKey) { event.preventDefault(); setZoom(zoom * (event.deltaY < 0 ? 1.15 : 1 / 1.15)); }
}, { passive: false });

const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) load(entry.target);
}, { root: viewer, rootMargin: "600px" });
for (const figure of figures.values()) seen.observe(figure);

// --- the cell in focus -------------------------------------------------------------------------------------------------

function focus(id) {
  boxes.get(current)?.classList.remove("here");
  current = id;
  const cell = data.cells[id];
  const box = boxes.get(id);
  byId("focus").hidden = !cell;
  byId("next-report").classList.toggle("strong", !doubts().length);
  if (!cell) return;
  history.replaceState(null, "", `#${id}`);
  box?.classList.add("here");
  box?.scrollIntoView({ block: "nearest" });
  byId("focus-label").textContent = box?.title ?? id;
  const left = doubts();
  byId("place").textContent = left.length ? `${left.indexOf(id) + 1 || "–"} / ${left.length}` : words.all_settled;
  byId("why").textContent = data.reasons.filter((reason) => reason.cell === id).map((reason) => reason.why).join("; ");
  byId("value").value = "";
  showChoices(cell);
  showIdentities(id);
  showSentences(id);
  showHistory(id);
  showPlace(cell);
}

function showChoices(cell) {
  byId("choices").replaceChildren(...cell.readings.map((reading, index) => {
    const button = element("button", `${index + 1}  `, { type: "button" });
    button.append(element("b", reading.shown || words[`state_${reading.state}`]), ` ${(100 * reading.p).toFixed(1)} %`);
    button.addEventListener("click", () => take(index));
    return button;
  }));
}

function showIdentities(id) {
  const order = { fail: 0, unknown: 1, pass: 2 };
  const found = data.checks.filter((check) => check.cells.includes(id)).sort((a, b) => order[a.status] - order[b.status]);
  byId("identities").replaceChildren(...found.map((check) => {
    const line = element("p", "", { class: `identity ${check.status}` });
    if (check.left.length) line.append(...sum(check.left, id), ` ${check.status === "fail" ? (check.relation === "=" ? "≠" : "<") : check.relation} `, ...sum(check.right, id));
    else line.append(check.message ?? check.rule);
    line.append(element("small", ` ${check.rule}${check.cause ? ` · ${check.cause}` : ""}`));
    return line;
  }));
}

function sum(cells, here) {
  return cells.flatMap((id, index) => {
    const cell = data.cells[id];
    const term = element("button", cell?.shown || (cell?.state === "blank" ? "␣" : "∅"), { type: "button", class: `term${id === here ? " here" : ""}`, title: boxes.get(id)?.title ?? id });
    term.addEventListener("click", () => focus(id));
    return index ? [" + ", term] : [term];
  });
}

function showSentences(id) {
  const said = data.checks.filter((check) => check.cells.includes(id)).flatMap((check) => check.sentences);
  byId("sentences").replaceChildren(...[...new Set(said)].map((sentence) => element("blockquote", sentence)));
}

function showHistory(id) {
  const events = data.history.filter((event) => event.cell === id);
  byId("history").replaceChildren(...events.map((event) => {
    const when = new Date(1000 * event.at).toLocaleString(document.documentElement.lang);
    const what = event.action === "undo" ? words.undo : `${event.before || words.state_blank} → ${event.after || words.state_blank}`;
    return element("li", `${when} · ${event.who} · ${what}${event.why ? ` · ${event.why}` : ""}`);
  }));
}

function showPlace(cell) {
  viewer.querySelector(".lines .here")?.classList.remove("here");
  const line = cell.line && viewer.querySelectorAll(".lines li")[cell.line - 1];
  if (line) { line.classList.add("here"); line.scrollIntoView({ block: "center" }); }
  const figure = figures.get(cell.page);
  if (!figure) { byId("crop").hidden = true; return; }
  load(figure);
  for (const other of figures.values()) if (other.querySelector("img").naturalWidth) drawBoxes(other);
  showCrop();
}

function showCrop() {
  const canvas = byId("crop");
  const cell = data.cells[current];
  const figure = figures.get(cell?.page);
  const image = figure?.querySelector("img");
  canvas.hidden = !(cell?.bbox && image?.naturalWidth);
  if (canvas.hidden) return;
  const [x0, y0, x1, y1] = cell.bbox.map((point) => 2 * point);
  const scale = Math.min(CROP.height / (y1 - y0 + 2 * CROP.margin), CROP.width / (x1 - x0 + 2 * CROP.margin));
  const width = CROP.width / scale, height = CROP.height / scale;
  canvas.width = 2 * CROP.width;
  canvas.height = 2 * CROP.height;
  const pen = canvas.getContext("2d");
  pen.imageSmoothingQuality = "high";
  pen.fillStyle = "white";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, (x0 + x1 - width) / 2, (y0 + y1 - height) / 2, width, height, 0, 0, canvas.width, canvas.height);
  const top = figure.querySelector(".sheet").getBoundingClientRect().height * ((y0 + y1) / 2 / image.naturalHeight);
  const across = figure.querySelector(".sheet").getBoundingClientRect().width * ((x0 + x1) / 2 / image.naturalWidth);
  viewer.scrollTo(across - viewer.clientWidth / 2, figure.offsetTop - viewer.offsetTop + top - viewer.clientHeight / 2);
}

// --- deciding ----------------------------------------------------------------------------------------------------------

async function decide(verdict) {
  if (busy || !current) return;
  busy = true;
  const cell = current;
  const who = decodeURIComponent(document.cookie.match(/(?:^|; )gouji_who="?([^;"]*)/)?.[1] ?? "");
  try {
    const answer = await fetch(`/v1/documents/${data.document}/cells/${cell}`, {
      method: "PATCH",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ version: data.version, part: data.part, who, ...verdict }),
    });
    if (answer.status === 409) { await refresh(); tell(words.conflict, true); return; }
    if (!answer.ok) { tell(`${words.failed_to_save}: ${(await answer.json()).detail}`, true); return; }
    const before = doubts();
    await refresh();
    tell(words.saved);
    if (verdict.action !== "undo") go(1, before.indexOf(cell), before);
  } catch (error) {
    tell(`${words.failed_to_save}: ${error.message}`, true);
  } finally {
    busy = false;
  }
}

/** Take in the report as it is now: the server has replayed all decisions and made the checks anew. */
async function refresh() {
  const answer = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  Object.assign(data, JSON.parse(page.getElementById("data").textContent));
  for (const [id, box] of boxes) {
    const cell = data.cells[id];
    if (!cell) continue;
    box.textContent = cell.shown;
    box.className = `cell ${cell.status}${id === current ? " here" : ""}`;
    box.setAttribute("aria-label", `${box.title}: ${cell.shown || words.blank}`);
  }
  showWhole();
  focus(current);
}

function take(index) {
  const reading = data.cells[current]?.readings[index];
  if (!reading) return;
  if (index === 0) decide({ action: "confirm" });
  else decide({ action: "correct", state: reading.state, value: reading.value });
}

const actions = {
  accept: () => decide({ action: "confirm" }),
  blank: () => decide({ action: "correct", state: "blank" }),
  na: () => decide({ action: "correct", state: "na" }),
  absent: () => decide({ action: "correct", state: "absent" }),
  text: () => decide({ action: "correct", state: "text" }),
  undo: undo,
  next: () => go(1),
  previous: () => go(-1),
};

/** Take back the last decision, whichever cell it was on. */
function undo() {
  const taken = new Map();
  for (const event of data.history) {
    const stack = taken.get(event.cell) ?? [];
    if (event.action === "undo") stack.pop(); else stack.push(event.version);
    taken.set(event.cell, stack);
  }
  const last = [...taken].filter(([, stack]) => stack.length).sort(([, a], [, b]) => b.at(-1) - a.at(-1))[0];
  if (!last) return;
  focus(last[0]);
  decide({ action: "undo" });
}

function go(step, from = doubts().indexOf(current), among = doubts()) {
  const left = new Set(doubts());
  if (!left.size) { focus(current); return; }
  for (let offset = 1; offset <= among.length; offset += 1) {
    const next = among[(from + step * offset + 2 * among.length) % among.length];
    if (left.has(next)) { focus(next); return; }
  }
  focus([...left][0]);
}

function tell(text, bad = false) {
  byId("said").textContent = text;
  byId("said").classList.toggle("bad", bad);
}

function showWhole() {
  const whole = data.reasons.filter((reason) => !reason.cell || !data.cells[reason.cell]);
  byId("whole").replaceChildren(...whole.map((reason) => element("li", `${words[`code_${reason.code}`] ?? reason.code}: ${reason.why}`)));
}

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

// --- keys ----------------------------------------------------------------------------------------------------------------

const keys = {
  Enter: actions.accept, b: actions.blank, d: actions.na, x: actions.absent, u: actions.text, z: undo,
  j: actions.next, n: actions.next, ArrowDown: actions.next, k: actions.previous, p: actions.previous, ArrowUp: actions.previous,
  e: () => byId("value").focus(), "+": () => setZoom(zoom * 1.25), "=": () => setZoom(zoom * 1.25), "-": () => setZoom(zoom / 1.25), 0: () => setZoom(1),
  g: () => byId("next-report").click(), "?": () => byId("keys").showModal(),
};

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || byId("keys").open) return;
  if (event.target.matches("input, select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "Enter" && event.target.matches("button, a")) return;
  const index = "123456789".indexOf(event.key);
  const action = index >= 0 ? () => take(index) : keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

byId("correct").addEventListener("submit", (event) => {
  event.preventDefault();
  const value = byId("value").value.trim();
  byId("value").blur();
  if (value) decide({ action: "correct", state: "number", value });
});
for (const button of document.querySelectorAll("[data-do]")) button.addEventListener("click", () => { actions[button.dataset.do](); button.blur(); });
for (const [id, box] of boxes) box.addEventListener("click", () => { focus(id); box.blur(); });
byId("help").addEventListener("click", () => byId("keys").showModal());

showWhole();
const asked = decodeURIComponent(location.hash.slice(1));
focus(data.cells[asked] ? asked : doubts()[0] ?? [...boxes.keys()][0]);
