// What a developer would see in red in the console: errors of scripts, refusals by the content security policy, files that
// are missing. Whatever a page injects shows here too, as every page's policy refuses it.

/** Notes all of it for every page of this browser. */
export function watch(context, faults) {
  const navigations = new Set();
  context.on("request", (request) => request.isNavigationRequest() && navigations.add(request.url()));
  context.on("weberror", (error) => faults.push(String(error.error())));
  context.on("dialog", (dialog) => {
    faults.push(`a dialog: ${dialog.message()}`);
    return dialog.dismiss();
  });
  context.on("console", (message) => {
    if (!["error", "warning"].includes(message.type())) return;
    // The console also tells of pages whose status says what they say: "Nothing here" with 404.
    const isOfPage = message.text().startsWith("Failed to load resource") && navigations.has(message.location().url);
    if (!isOfPage) faults.push(`${message.text()} (${message.location().url})`);
  });
}
