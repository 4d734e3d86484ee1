// A report beside its page: one doubtful cell after the other, settled by keys.

import { viewer } from "./viewer.js";

const data = JSON.parse(document.getElementById("data").textContent);
const words = data.words;
const byId = (id) => document.getElementById(id);
const boxes = new Map([...document.querySelectorAll("[data-cell]")].map((box) => [box.dataset.cell, box]));
const form = byId("form");
let current = null;
let busy = false;

const view = viewer(data, (id) => focus(id), (figure) => { if (view.isAt(figure)) view.again(); });

const doubts = () => {
  const named = new Set(data.reasons.map((reason) => reason.cell));
  return [...boxes.keys()].filter((cell) => named.has(cell));
};

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
  byId("focus-label").textContent = box?.title ?? id;
  const left = doubts();
  byId("place").textContent = left.length ? (left.includes(id) ? `${left.indexOf(id) + 1} / ${left.length}` : words.left_over.replace("{n}", left.length)) : words.all_settled;
  byId("why").textContent = [...new Set(data.reasons.filter((reason) => reason.cell === id).map((reason) => reason.why))].join(words.semicolon);
  byId("printed").textContent = cell.printed && cell.printed !== cell.shown ? `${words.printed}${words.colon}${cell.printed}` : "";
  byId("value").value = byId("note").value = "";
  allow(cell.ask);
  showChoices(cell);
  showIdentities(id);
  showSentences(id);
  showHistory(id);
  view.show(cell);
  if (box) into(form, box);
}

/** Scroll a part of the page until something in it is seen with some room around it. */
function into(part, thing) {
  const outer = part.getBoundingClientRect(), inner = thing.getBoundingClientRect();
  const room = Math.min(60, outer.height / 4);
  if (inner.top < outer.top + room) part.scrollTop -= outer.top + room - inner.top;
  else if (inner.bottom > outer.bottom - room) part.scrollTop += inner.bottom - outer.bottom + room;
}

/** Which answers a cell takes (`ask` is undefined), and which a matter of the whole report. */
function allow(ask) {
  for (const kind of ["blank", "na", "text"]) document.querySelector(`[data-do=${kind}]`).hidden = Boolean(ask);
  document.querySelector("[data-do=absent]").hidden = ask === "seen";
  byId("value").closest("label").hidden = ask === "seen";
  byId("value").inputMode = ask === "text" ? "text" : "decimal";
}

function showChoices(cell) {
  byId("choices").replaceChildren(...cell.readings.map((reading, index) => {
    const button = element("button", "", { type: "button" });
    button.append(element("kbd", String(index + 1)), " ", element("b", reading.shown || words[`state_${reading.state}`]));
    button.addEventListener("click", () => take(index));
    return button;
  }));
}

function showIdentities(id) {
  const order = { fail: 0, unknown: 1, pass: 2 };
  const found = data.checks.filter((check) => check.cells.includes(id) && (check.left.length || check.status === "fail"));
  byId("identities").replaceChildren(...found.sort((a, b) => order[a.status] - order[b.status]).map((check) => {
    const line = element("p", "", { class: `identity ${check.status}` });
    line.append(element("span", words[`check_${check.status}`], { class: "mark" }), " ", ...(check.left.length ? written(check, id) : stated(check)));
    line.append(" ", element("small", check.rule + (check.cause ? ` · ${words[`cause_${check.cause}`]}` : "")));
    return line;
  }));
}

/** An identity with its numbers; where it fails, both sides reckoned. */
function written(check, id) {
  const holds = check.relation === ">=" ? "≥" : "=";
  const fails = check.relation === ">=" ? "<" : "≠";
  const [left, right] = check.values;
  const reckoned = (cells, value) => (cells.length > 1 && value !== null && check.status === "fail" ? [element("b", ` [= ${value}]`)] : []);
  return [...sum(check.left, id), ...reckoned(check.left, left), ` ${check.status === "fail" ? fails : check.status === "unknown" ? "?" : holds} `, ...sum(check.right, id), ...reckoned(check.right, right)];
}

function stated(check) {
  const [left, right] = check.values;
  return left === null || right === null ? [] : [`${left} ≠ ${right}`];
}

function sum(cells, here) {
  return cells.flatMap((id, index) => {
    const cell = data.cells[id];
    const term = element("button", cell?.shown || words.sign_blank, { type: "button", class: `term${id === here ? " here" : ""} ${cell?.status ?? ""}`, title: boxes.get(id)?.title ?? id });
    term.addEventListener("click", () => focus(id));
    return index ? [" + ", term] : [term];
  });
}

function showSentences(id) {
  const said = [...new Set(data.checks.filter((check) => check.cells.includes(id)).flatMap((check) => check.facts))];
  byId("sentences").replaceChildren(...said.map((index) => quote(data.facts[index])));
}

/** A sentence of the prose with its figure marked; a click shows where it stands. */
function quote(fact) {
  const [from, to] = fact.span;
  const line = element("blockquote", "");
  const button = element("button", "", { type: "button", class: "quote", title: words.show_place });
  button.append(fact.sentence.slice(0, from), element("mark", fact.sentence.slice(from, to)), fact.sentence.slice(to));
  button.addEventListener("click", () => { view.show(fact); });
  line.append(button);
  return line;
}

function showHistory(id) {
  const events = data.history.filter((event) => event.cell === id);
  byId("history").replaceChildren(...events.map((event) => {
    const when = new Date(1000 * event.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    const what = event.action === "undo" ? words.undone : event.action === "confirm" ? `${words.accept} ${named(event.after)}` : `${named(event.before)} → ${named(event.after)}`;
    return element("li", `${when} · ${called(event.who)} · ${what}${event.why ? ` · ${event.why}` : ""}`);
  }));
}

const named = (answer) => answer.said ?? `[${words[`state_${answer.state}`]}]`;

// --- deciding ----------------------------------------------------------------------------------------------------------

async function decide(verdict) {
  if (busy || !current) return;
  const who = decodeURIComponent(document.cookie.match(/(?:^|; )gouji_who="?([^;"]*)/)?.[1] ?? "");
  if (!who && data.readers > 1) { tell(words.name_needed, true); document.querySelector("header [name=who]").focus(); return; }
  busy = true;
  const cell = current;
  try {
    const answer = await fetch(`/v1/documents/${data.document}/cells/${encodeURIComponent(cell)}`, {
      method: "PATCH",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ version: data.version, part: data.part, who, why: byId("note").value.trim(), ...verdict }),
    });
    if (answer.status === 409) { await refresh(); tell(words.conflict.replace("{who}", lastOther()), true); return; }
    if (!answer.ok) { tell(`${words.failed_to_save}${words.colon}${(await answer.json()).detail}`, true); return; }
    const before = doubts();
    await refresh();
    tell(words.saved);
    if (verdict.action !== "undo") go(1, before.indexOf(cell), before);
  } catch (error) {
    tell(`${words.failed_to_save}${words.colon}${error.message}`, true);
  } finally {
    busy = false;
  }
}

const lastOther = () => called(data.history.filter((event) => event.who !== data.who).at(-1)?.who ?? words.somebody);

/** What a person calls themselves; on this machine everybody comes in by the same door. */
const called = (who) => who.replace(/@local$/, "").replace(/^local$/, words.nameless);

/** Take in the report as it is now: the server has replayed all decisions and made the checks anew. */
async function refresh() {
  const answer = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  Object.assign(data, JSON.parse(page.getElementById("data").textContent));
  document.querySelector("h1").replaceWith(page.querySelector("h1"));
  for (const [id, box] of boxes) {
    const cell = data.cells[id];
    if (!cell) continue;
    box.textContent = cell.shown;
    box.className = `cell ${cell.status}${id === current ? " here" : ""}`;
    box.setAttribute("aria-label", `${box.title}: ${cell.shown || words.blank}`);
  }
  focus(current);
}

function take(index) {
  const reading = data.cells[current]?.readings[index];
  if (!reading) return;
  if (index === 0) accept();
  else decide({ action: "correct", state: reading.state, value: reading.value, text: reading.text });
}

/** What stands there is right. What a person has settled already is not settled again by a key too many. */
function accept() {
  if (["confirmed", "corrected", "proposed"].includes(data.cells[current]?.status)) tell(doubts().length ? words.is_settled : words.all_settled);
  else decide({ action: "confirm" });
}

const says = (state) => () => {
  if (!document.querySelector(`[data-do=${state}]`).hidden) decide({ action: "correct", state });
};

const actions = {
  accept, undo, blank: says("blank"), na: says("na"), absent: says("absent"), text: says("text"), next: () => go(1), previous: () => go(-1),
};

/** Take back one's own last decision, whichever cell it was on. */
function undo() {
  const taken = new Map();
  for (const event of data.history) {
    const stack = taken.get(event.cell) ?? [];
    if (event.action === "undo") stack.pop(); else stack.push(event);
    taken.set(event.cell, stack);
  }
  const last = [...taken.values()].map((stack) => stack.at(-1)).filter((event) => event?.who === data.who).sort((a, b) => b.version - a.version)[0];
  if (!last) { tell(words.nothing_to_undo, true); return; }
  focus(last.cell);
  decide({ action: "undo" });
}

function go(step, from = doubts().indexOf(current), among = doubts()) {
  const left = new Set(doubts());
  if (!left.size) { focus(current); tell(words.all_settled); return; }
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

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

// --- keys ----------------------------------------------------------------------------------------------------------------

const keys = {
  Enter: accept, b: actions.blank, d: actions.na, x: actions.absent, u: actions.text, z: undo,
  j: actions.next, n: actions.next, ArrowDown: actions.next, k: actions.previous, p: actions.previous, ArrowUp: actions.previous,
  e: () => byId("value").focus(), r: () => byId("note").focus(),
  "+": () => view.setZoom(1.25), "=": () => view.setZoom(1.25), "-": () => view.setZoom(1 / 1.25), 0: () => { view.setZoom(0); view.again(); },
  ArrowLeft: () => view.pan(-1, 0), ArrowRight: () => view.pan(1, 0), PageUp: () => view.pan(0, -2), PageDown: () => view.pan(0, 2),
  g: () => byId("next-report").click(), "?": () => byId("keys").showModal(),
};
/** What a key that is held down may do again and again: look, never decide. */
const REPEATING = new Set(["j", "n", "k", "p", "ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "PageUp", "PageDown", "+", "=", "-"]);

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || byId("keys").open) return;
  if (event.target.matches("input, select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if ((event.key === "Enter" || event.key === " ") && event.target.matches("button, a")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const index = "123456789".indexOf(key);
  const action = index >= 0 ? () => take(index) : keys[key];
  if (!action) return;
  event.preventDefault();
  if (!event.repeat || REPEATING.has(key)) action();
});

byId("correct").addEventListener("submit", (event) => {
  event.preventDefault();
  const value = plain(byId("value").value);
  document.activeElement.blur();
  const ask = data.cells[current]?.ask;
  if (!value) return;
  if (ask === "text" || ask === "code") decide({ action: "correct", state: "text", text: value });
  else if (/^\d+(\.\d+)?$/.test(value)) decide({ action: "correct", state: "number", value });
  else tell(words.not_a_number, true);
});

/** What a hand types: full-width figures and points, and commas between thousands, mean what the plain ones do. */
function plain(text) {
  const half = text.normalize("NFKC").trim();
  return /^\d{1,3}(,\d{3})+(\.\d+)?$/.test(half) ? half.replaceAll(",", "") : half;
}

for (const button of document.querySelectorAll("[data-do]")) button.addEventListener("click", () => { actions[button.dataset.do](); button.blur(); });
for (const [id, box] of boxes) box.addEventListener("click", () => { focus(id); box.blur(); });
for (const box of document.querySelectorAll("[data-fact]")) box.addEventListener("click", () => {
  const fact = data.facts[Number(box.dataset.fact)];
  view.show(fact);
  byId("sentences").replaceChildren(quote(fact));
  box.blur();
});
byId("help").addEventListener("click", () => byId("keys").showModal());

const asked = decodeURIComponent(location.hash.slice(1));
focus(data.cells[asked] ? asked : doubts()[0] ?? [...boxes.keys()].find((id) => !id.startsWith("report.")) ?? [...boxes.keys()][0]);
