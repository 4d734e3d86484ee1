// Batches: progress as it comes, files that are dropped, another try for a document that failed.

for (const row of document.querySelectorAll("[data-batch][data-open]")) follow(row);

function follow(row) {
  const events = new EventSource(`/v1/batches/${row.dataset.batch}/events`);
  const show = (event) => {
    const now = JSON.parse(event.data);
    const figures = { ...now, failed: now.failed + now.quarantined, waiting: now.received + now.queued + now.running };
    for (const place of row.querySelectorAll("[data-of]")) place.textContent = figures[place.dataset.of];
  };
  events.addEventListener("progress", show);
  events.addEventListener("finished", (event) => {
    show(event);
    events.close();
    location.reload();
  });
}

const retries = [...document.querySelectorAll(".retry")];
for (const button of retries) button.addEventListener("click", () => retry([button]));
document.getElementById("retry-all")?.addEventListener("click", () => retry(retries));

/** Let documents that failed be read again, then show the batch as it is now. */
async function retry(buttons) {
  for (const button of buttons) button.disabled = true;
  for (const button of buttons) {
    const answer = await fetch(`/v1/documents/${button.dataset.document}/retry`, { method: "POST" });
    if (!answer.ok) { button.disabled = false; return; }
  }
  location.reload();
}

const drop = document.getElementById("drop");
if (drop) {
  const sending = document.getElementById("sending");
  for (const kind of ["dragover", "dragenter"]) drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", async (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
    send((await Promise.all(entries.map((entry) => files(entry)))).flat());
  });
  for (const id of ["files", "folder"]) document.getElementById(id).addEventListener("change", (event) =>
    send([...event.target.files].map((file) => ({ file, name: file.webkitRelativePath || file.name }))));

  function send(found) {
    if (!found.length) return;
    const body = new FormData();
    for (const { file, name } of found) body.append("files", file, name);
    const wanted = document.getElementById("name").value.trim();
    const request = new XMLHttpRequest();
    request.open("POST", "/v1/batches" + (wanted ? `?name=${encodeURIComponent(wanted)}` : ""));
    sending.hidden = false;
    request.upload.addEventListener("progress", (event) => {
      sending.textContent = `${drop.dataset.sending} ${Math.round((100 * event.loaded) / (event.total || 1))} %`;
    });
    const failed = (why) => { sending.textContent = `${drop.dataset.failed}: ${why}`; };
    request.addEventListener("error", () => failed("network"));
    request.addEventListener("load", () => {
      const answer = parsed(request.responseText);
      if (request.status === 202) location.href = `/batches/${answer.batch.id}`;
      else failed(answer.detail ?? request.status);
    });
    request.send(body);
  }
}

/** What the service answered; a proxy in between may answer something else than JSON. */
function parsed(text) {
  try { return JSON.parse(text); } catch { return {}; }
}

/** The files of a dropped file or folder, with their paths. */
async function files(entry, path = "") {
  if (entry.isFile) {
    const file = await new Promise((done, fail) => entry.file(done, fail));
    return [{ file, name: path + entry.name }];
  }
  const reader = entry.createReader();
  const found = [];
  // A reader gives a hundred entries at a time, and none when it is through.
  for (;;) {
    const some = await new Promise((done, fail) => reader.readEntries(done, fail));
    if (!some.length) break;
    for (const inner of some) found.push(...(await files(inner, `${path}${entry.name}/`)));
  }
  return found;
}
