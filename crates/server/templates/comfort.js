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

// The button says what it does for the API that is chosen.
const api = document.querySelector("select#api");
const button = document.querySelector("[data-otherwise]");
if (api && button) {
  const says = [button.textContent, button.dataset.otherwise];
  const say = () => {
    const byRequest = api.selectedOptions[0]?.hasAttribute("data-by-request");
    button.textContent = says[byRequest ? 1 : 0];
    for (const row of document.querySelectorAll("[data-for-requests]")) row.hidden = !byRequest;
  };
  api.addEventListener("change", say);
  say();
}
