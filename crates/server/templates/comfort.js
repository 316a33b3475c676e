// Comfort for the dashboard's pages. Each of them works without it.
"use strict";

// Copies what stands beside the button.
for (const button of document.querySelectorAll("[data-copy]")) {
  const text = document.getElementById(button.dataset.copy);
  if (!text || !navigator.clipboard) continue;
  const says = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text.textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = says; }, 2000);
  });
}

// The button says what it does for the API that is chosen, and what that API has no use for is neither shown nor sent.
const api = document.querySelector("select#api");
const button = document.querySelector("[data-otherwise]");
if (api && button) {
  const says = [button.textContent, button.dataset.otherwise];
  const say = () => {
    const takes = (api.selectedOptions[0]?.dataset.takes || "").split(" ");
    button.textContent = says[takes.includes("requests") ? 1 : 0];
    for (const row of document.querySelectorAll("[data-taken-with]")) {
      row.hidden = !takes.includes(row.dataset.takenWith);
      for (const field of row.querySelectorAll("input, textarea")) field.disabled = row.hidden;
    }
  };
  api.addEventListener("change", say);
  say();
}

// Says of redirect URIs what is wrong with them, as they are typed.
for (const area of document.querySelectorAll("[data-check-uris]")) {
  const says = document.createElement("div");
  says.setAttribute("role", "status");
  area.after(says);
  let asked = 0;
  const check = async () => {
    const turn = ++asked;
    const lines = area.value.split("\n").map((line) => line.trim()).filter((line) => line);
    let found = null;
    for (const uri of lines.slice(0, 20)) {
      const query = new URLSearchParams({ api: area.dataset.checkUris || api?.value || "", uri });
      const answer = await fetch(`/dashboard/check-redirect-uri?${query}`).catch(() => null);
      if (!answer?.ok || turn !== asked) return;
      const { why, instead } = await answer.json();
      if (why) {
        found = { uri, why, instead };
        break;
      }
    }
    if (turn === asked) show(found);
  };
  const show = (found) => {
    says.replaceChildren();
    // What the server said of the form that was sent is old now.
    document.getElementById("uris-error")?.remove();
    area.toggleAttribute("aria-invalid", false);
    if (!found) return;
    area.setAttribute("aria-invalid", "true");
    const error = document.createElement("p");
    error.className = "error";
    error.textContent = `${found.uri}: ${found.why}.`;
    says.append(error);
    if (!found.instead) return;
    const offer = document.createElement("p");
    offer.className = "help";
    const code = document.createElement("code");
    code.textContent = found.instead;
    const replace = document.createElement("button");
    replace.type = "button";
    replace.className = "link";
    replace.textContent = "Replace it";
    replace.addEventListener("click", () => {
      const swap = (line) => (line.trim() === found.uri ? found.instead : line);
      area.value = area.value.split("\n").map(swap).join("\n");
      area.focus();
      check();
    });
    offer.append("Did you mean ", code, "? ", replace);
    says.append(offer);
  };
  let wait;
  area.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(check, 400);
  });
}
